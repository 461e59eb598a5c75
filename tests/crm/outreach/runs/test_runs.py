import pytest
from sqlalchemy import text
from support.approved import content
from support.runs import approve, approved, enrolled, launched, left_out, order, reminder

from crm.errors import NotFound, ReadOnly, Refused
from crm.outreach.runs.audience import hash_of_content


def test_a_prepared_run_holds_one_row_for_each_account_enrolled_or_left_out(book, acme, orbit):
    run = book.runs.prepare(order(enrolled(*acme), left_out(orbit[0], "arrears")))
    assert (run.status, run.author, run.prepared_at) == ("prepared", "dana@accord.example", book.clock.now())
    rows = [
        (r.organization_id, r.state, r.reason, r.person_id, r.arm, r.due_at) for r in book.runs.audience(run)
    ]
    assert rows == [
        (acme[0].id, "enrolled", None, acme[1].id, "treatment", None),
        (orbit[0].id, "left_out", "arrears", None, None, None),
    ]
    assert book.runs.get(run.id) == book.runs.get(str(run.id)) == book.runs.of("test", status="prepared")[0]
    assert book.runs.wording(reminder().sha256) == reminder()
    assert book.runs.due(limit=10) == ()


def test_a_run_in_which_nobody_would_be_enrolled_is_not_prepared(book, acme):
    with pytest.raises(Refused, match="Nobody would be enrolled"):
        book.runs.prepare(order(left_out(acme[0], "arrears")))
    assert book.runs.of() == ()


@pytest.mark.parametrize("count", [0, 2, 3, -1])
def test_wish_13_an_approval_that_names_another_count_is_refused(book, colleague, acme, orbit, count):
    run = book.runs.prepare(order(enrolled(*acme), left_out(orbit[0], "arrears")))
    with pytest.raises(Refused, match=f"enrols 1 accounts, not {count}") as refused:
        approve(colleague, run, count=count)
    assert refused.value.rule == "runs.count"
    assert book.runs.get(run).status == "prepared"


@pytest.mark.parametrize("what", ["content", "audience"])
def test_an_approval_of_another_content_or_audience_is_refused(book, colleague, acme, what):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused) as refused:
        approve(colleague, run, **{f"{what}_hash": "0" * 64})
    assert refused.value.rule == f"runs.{what}"


def test_an_audience_that_is_no_longer_what_was_frozen_is_not_approved(book, colleague, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE enrolment SET arm = 'hold_out'"))
    with pytest.raises(Refused) as refused:
        approve(colleague, run)
    assert refused.value.rule == "runs.audience"


@pytest.mark.parametrize("actor", ["dana@accord.example", "Dana@Accord.Example"])
def test_who_prepared_a_run_cannot_approve_it(book, colleague, acme, make_book, actor):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="Who prepared a run cannot approve it"):
        approve(make_book(actor), run)


def test_only_active_staff_approve(book, colleague, acme, make_book):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="not on the active staff"):
        approve(make_book("worker"), run)
    book.staff.retire("joao@accord.example", reason="left")
    with pytest.raises(Refused, match="not on the active staff"):
        approve(colleague, run)


def test_the_database_itself_knows_that_the_author_is_not_the_approver(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    with pytest.raises(Exception, match="ck_run_approver"), book.engine.begin() as connection:
        connection.execute(text("UPDATE run SET approver = author WHERE id = :id"), {"id": run.id})


def test_a_run_is_approved_once_and_launched_once(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    assert (run.approver, run.approved_count) == ("joao@accord.example", 1)
    with pytest.raises(Refused, match="it cannot be approved"):
        approve(colleague, run)
    started = book.runs.launch(run, content_hash=run.content_hash)
    assert (started.status, started.launched_at) == ("running", book.clock.now())
    with pytest.raises(Refused, match="launched on 24 November 2026: it cannot be launched"):
        book.runs.launch(run, content_hash=run.content_hash)
    assert len(book.runs.due(limit=10)) == 1


def test_a_run_that_nobody_approved_is_not_launched(book, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="is prepared: it cannot be launched"):
        book.runs.launch(run, content_hash=run.content_hash)


def test_a_launch_with_another_content_than_was_approved_is_refused(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    with pytest.raises(Refused, match="content is not the one") as refused:
        book.runs.launch(run, content_hash=hash_of_content(content(journey={"steps": ["letter"]})))
    assert refused.value.rule == "runs.content"


def test_one_campaign_at_a_time_for_each_corporate_group(book, colleague, acme, orbit):
    first = book.runs.prepare(order(enrolled(*acme)))
    second = book.runs.prepare(order(enrolled(*acme), enrolled(*orbit)))
    assert book.runs.engaged_groups() == frozenset()
    approve(colleague, first)
    assert book.runs.engaged_groups() == {acme[0].id}
    with pytest.raises(Refused, match="busy with 1 of the corporate groups"):
        approve(colleague, second, count=2)
    book.runs.cancel(first, reason="not now")
    approve(colleague, second, count=2)
    assert book.runs.engaged_groups() == {acme[0].id, orbit[0].id}


def test_what_is_handed_out_is_read_only_and_names_the_verb(book, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(ReadOnly, match="the campaign desk"):
        run.status = "running"


@pytest.mark.parametrize("key", [4711, "4711", "no number", ""])
def test_a_run_that_is_not_there_is_not_found(book, key):
    with pytest.raises(NotFound, match="There is no run"):
        book.runs.get(key)


def test_every_decision_about_a_run_is_in_the_trail(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    book.runs.pause(run, reason="a complaint")
    book.runs.cancel(run, reason="enough")
    assert [(entry.verb, entry.actor, entry.reason) for entry in book.history(run)] == [
        ("run.prepared", "dana@accord.example", None),
        ("run.approved", "joao@accord.example", None),
        ("run.launched", "dana@accord.example", None),
        ("run.paused", "dana@accord.example", "a complaint"),
        ("run.cancelled", "dana@accord.example", "enough"),
    ]
