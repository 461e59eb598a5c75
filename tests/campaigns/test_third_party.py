import sys
import uuid

import pytest
from support.associates import associate
from support.third_party import MODULE, install

from campaigns import desk
from campaigns.catalog import find_campaign, known_campaigns
from campaigns.facts import known_facts
from crm.errors import ConfigurationError, NotFound


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs a package; it is gone after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    names = []

    def install_one(**how):
        names.append(f"outposts_{uuid.uuid4().hex[:8]}")
        install(tmp_path, names[-1], **how)
        return names[-1]

    yield install_one
    for name in names:
        sys.modules.pop(name, None)


def launched(book, colleague):
    run = desk.prepare(book, "outposts")
    desk.approve(colleague, run, count=run.count)
    return desk.launch(book, run)


def test_a_campaign_and_a_fact_of_another_package_go_the_whole_way(book, colleague, make_book, installed):
    module = installed()
    keeper, _ = associate(book, "Outpost One")
    other, _ = associate(book, "Acme")
    preview = desk.preview(book, "outposts")
    assert {row.account.name for row in preview.audience.invited} == {"Outpost One", "Acme"}
    assert preview.letter(keeper, step="short").subject
    launched(book, colleague)
    assert desk.advance(make_book("worker")).letters == 2
    assert [letter.step for letter in book.outbox.of(keeper)] == ["short"]
    assert [letter.step for letter in book.outbox.of(other)] == ["full"]
    assert [tuple(sorted((keeper.id, other.id)))] == sys.modules[module].READ  # once for all of them


def test_a_package_registers_what_it_brings_and_nothing_stays_when_it_goes(installed):
    assert "has_outpost" not in known_facts()
    installed()
    assert known_facts()["has_outpost"].words == "it keeps an outpost"
    assert find_campaign("outposts").title == "Outposts"
    assert "associate_upgrade" in known_campaigns()


def test_a_run_whose_fact_nobody_tells_any_more_is_paused_and_says_why(
    book, colleague, make_book, tmp_path, monkeypatch, installed
):
    installed()
    associate(book, "Acme")
    run = launched(book, colleague)
    sys.path.remove(str(tmp_path))
    done = desk.advance(make_book("worker"))
    assert (done.looked_at, done.letters) == (1, 0)
    paused = desk.overview(book, run)
    assert (paused.status, paused.run.note) == ("paused", "Nobody tells has_outpost any more.")
    monkeypatch.syspath_prepend(tmp_path)
    desk.resume(book, run)
    assert desk.advance(make_book("worker")).letters == 1


def test_a_fact_that_fails_pauses_the_runs_that_ask_for_it_and_nobody_elses(
    book, colleague, make_book, installed
):
    installed(module=MODULE.replace("    READ.append(tuple(ids))", "    raise LookupError('no map')"))
    associate(book, "Acme")
    run = launched(book, colleague)
    other, _ = associate(book, "Orbit")
    chosen = find_campaign("associate_upgrade").but(hold_out=0)
    well = desk.prepare(book, chosen)
    desk.approve(colleague, well, count=1, campaign=chosen)
    desk.launch(book, well, campaign=chosen)
    assert desk.advance(make_book("worker")).letters == 1
    assert [letter.organization_id for letter in book.outbox.of()] == [other.id]
    paused = desk.overview(book, run)
    assert (paused.status, paused.run.note) == (
        "paused",
        "has_outpost could not be read: LookupError('no map')",
    )


@pytest.mark.parametrize(
    "entry_points",
    [
        "[crm.facts]\nx = {module}:READ_ME\n",
        "[crm.facts]\nx = {module}:HAS_OUTPOST\ny = {module}:HAS_OUTPOST\n",
        "[crm.facts]\nx = {module}:NO_FACTS\n",
    ],
    ids=["no fact", "twice", "a list of something else"],
)
def test_what_is_no_fact_is_refused_naming_the_package(installed, entry_points):
    module = installed(module=MODULE + "\nREAD_ME = ['x']\nNO_FACTS = (1, 2)\n", entry_points=entry_points)
    with pytest.raises(ConfigurationError, match=module):
        known_facts()


@pytest.mark.parametrize("what", ["HAS_OUTPOST", "ASSOCIATE_UPGRADE"])
def test_what_is_no_campaign_or_has_a_name_that_is_taken_is_refused(installed, what):
    module = installed(entry_points="[crm.campaigns]\nx = {module}:" + what + "\n")
    with pytest.raises(ConfigurationError, match=module):
        known_campaigns()


def test_without_the_package_there_is_no_such_campaign():
    with pytest.raises(NotFound) as missing:
        find_campaign("outposts")
    assert "associate_upgrade" in missing.value.candidates
