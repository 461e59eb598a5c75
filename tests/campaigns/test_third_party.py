import sys
import uuid

import pytest
from support.associates import associate
from support.third_party import LETTERS, MODULE, install

from campaigns import desk
from campaigns.catalog import find_campaign, known_campaigns
from campaigns.facts import known_facts
from crm.errors import ConfigurationError, InvalidInput, NotFound, TemplateError
from crm.mail.templates import TemplateFolder


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


def launched(book, colleague, campaign="outposts"):
    run = desk.prepare(book, campaign)
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
    assert (paused.status, paused.run.note) == (
        "paused",
        "The run could not be read: Step 1 (fork) asks for 'has_outpost', which is no fact that is known.",
    )
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


def test_a_campaign_with_a_letter_of_its_own_reaches_each_reader_in_their_language(
    book, colleague, make_book, installed
):
    installed()
    kenya, _ = associate(book, "Outpost Nanyuki")
    fiji, _ = associate(book, "Outpost Labasa", language="fr", country="FJ")
    associate(book, "Outpost Kisumu", language="ru")
    associate(book, "Acme")
    preview = desk.preview(book, "outpost_visits")
    assert {row.account.name for row in preview.audience.invited} == {"Outpost Nanyuki", "Outpost Labasa"}
    assert [row.language for row in preview.tongues if row.complete] == ["en", "fr"]
    launched(book, colleague, "outpost_visits")
    assert desk.advance(make_book("worker")).letters == 2
    said = {
        account.name: book.outbox.shown(letter)
        for account in (kenya, fiji)
        for letter in book.outbox.of(account)
    }
    assert said["Outpost Nanyuki"].subject == "A visit to Nanyuki"
    assert "mail takes 12 days: may we come?" in said["Outpost Nanyuki"].text
    assert said["Outpost Labasa"].subject == "Une visite à Labasa"
    assert "le courrier met 20 jours." in said["Outpost Labasa"].text
    assert "unsubscribe+" in said["Outpost Labasa"].text  # the frame of the house


def test_a_letter_of_a_package_goes_on_while_it_is_not_installed(
    book, colleague, make_book, tmp_path, installed
):
    installed()
    account, _ = associate(book, "Outpost Nanyuki")
    launched(book, colleague, "outpost_visits")
    sys.path.remove(str(tmp_path))
    worker = make_book("worker")
    assert "outpost_visit" not in worker.templates.names()
    assert desk.advance(worker).letters == 1
    (letter,) = book.outbox.of(account)
    assert book.outbox.shown(letter).subject == "A visit to Nanyuki"
    sys.path.insert(0, str(tmp_path))


def test_a_letter_that_is_not_written_in_a_language_leaves_its_readers_out(book, colleague, installed):
    installed(letters={path: words for path, words in LETTERS.items() if "/fr/subject" not in path})
    associate(book, "Outpost Labasa", language="fr")
    assert desk.preview(book, "outpost_visits").audience.invited == ()
    with pytest.raises(InvalidInput, match=r"outpost_visit/fr/subject\.txt"):
        desk.preview(book, find_campaign("outpost_visits").but(default_language="fr"))


def test_a_package_that_takes_the_name_of_a_letter_stops_its_campaigns_and_says_which_folders(
    book, colleague, installed
):
    taken = {path.replace("outpost_visit", "associate_upgrade"): words for path, words in LETTERS.items()}
    installed(letters=taken)
    with pytest.raises(TemplateError, match="both bring a letter 'associate_upgrade'"):
        desk.preview(book, "associate_upgrade")
    assert book.templates.version("follow_up", "en").subject


@pytest.mark.parametrize("what", ["HAS_OUTPOST", "NOWHERE", "TEXT"])
def test_what_is_no_folder_of_letters_is_refused_naming_the_package(installed, what):
    module = installed(
        module=f"{MODULE}\nNOWHERE = Path('/nowhere')\nTEXT = '/tmp'\n",
        entry_points=f"[crm.letters]\nx = {{module}}:{what}\n",
    )
    with pytest.raises(ConfigurationError, match=module):
        TemplateFolder().names()
