"""How a run and its journeys end, stand still and go on."""

import pytest
from sqlalchemy import text
from support.runs import DAY, changing, enrolled, launched, writes

from crm.errors import Refused
from crm.outreach.runs.moves import Move
from crm.outreach.runs.runs import exit_enrolment, mark_answered, pause_run


def test_a_paused_run_has_nothing_due_until_it_goes_on(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    paused = book.runs.pause(run, reason="a complaint")
    assert (paused.status, paused.note, book.runs.due(limit=10)) == ("paused", "a complaint", ())
    with pytest.raises(Refused, match="is paused, launched on 24 November 2026: it cannot be paused"):
        book.runs.pause(run, reason="again")
    assert book.runs.resume(run).status == "running"
    assert len(book.runs.due(limit=10)) == 1
    with pytest.raises(Refused):
        book.runs.resume(run)


def test_a_cancelled_run_is_over_for_everybody(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert book.runs.cancel(run, reason="wrong year").status == "cancelled"
    assert book.runs.take([writes(waiting, book)]).passed_over == 1
    assert [(r.state, r.reason) for r in book.runs.audience(run)] == [("exited", "cancelled")]
    with pytest.raises(Refused):
        book.runs.cancel(run, reason="again")
    assert book.runs.complete() == ()


def test_what_waits_in_the_outbox_is_stopped_with_its_run_and_no_other(book, colleague, acme, orbit):
    run, other = (launched(book, colleague, enrolled(*each)) for each in (acme, orbit))
    book.runs.take([writes(waiting, book) for waiting in book.runs.due(limit=10)])
    book.runs.cancel(run, reason="wrong year")
    (stopped,) = book.outbox.of(run=run.id)
    assert (stopped.status, stopped.verdict) == ("stopped", "the run was cancelled")
    assert [event.what for event in book.outbox.events(stopped)] == ["queued", "stopped"]
    assert [letter.status for letter in book.outbox.of(run=other.id)] == ["queued"]


def test_a_refused_cancellation_leaves_the_journeys_as_they_ended(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    ended = {"step": "end", "ended": "finished"}
    found = {"enrolment_id": waiting.enrolment_id, "run_id": waiting.run_id, "stood_at": "letter"}
    book.runs.take([Move(**found, **ended)])
    book.runs.complete()
    with pytest.raises(Refused, match="is completed"):
        book.runs.cancel(run, reason="too late")
    assert [r.state for r in book.runs.audience(run)] == ["finished"]


def test_a_run_is_complete_when_nobody_is_under_way_and_every_letter_is_settled(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    assert book.runs.complete() == ()
    (waiting,) = book.runs.due(limit=10)
    book.runs.take([writes(waiting, book, step="end", due_at=None, ended="finished")])
    assert book.runs.complete() == ()
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'in_doubt'"))
    assert book.runs.complete() == ()
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'accepted'"))
    assert [done.id for done in book.runs.complete()] == [run.id]
    assert (book.runs.get(run).status, book.runs.complete()) == ("completed", ())


def test_a_reply_ends_the_journey_and_is_noted_however_late_it_comes(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    with changing(book) as change:
        mark_answered(change, waiting.enrolment_id, at=change.now)
    (row,) = book.runs.audience(run)
    assert (row.state, row.reason, row.answered_at) == ("exited", "answered", clock.now())
    first = clock.now()
    clock.advance(DAY)
    with changing(book) as change:
        mark_answered(change, waiting.enrolment_id, at=change.now)
    assert book.runs.audience(run)[0].answered_at == first
    assert book.runs.due(limit=10) == ()


def test_an_ended_journey_stays_as_it_ended_but_a_late_reply_counts(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    with changing(book) as change:
        exit_enrolment(change, waiting.enrolment_id, "bounced")
    with changing(book) as change:
        exit_enrolment(change, waiting.enrolment_id, "unsubscribed")
        mark_answered(change, waiting.enrolment_id, at=change.now)
    (row,) = book.runs.audience(run, state="exited")
    assert (row.reason, row.answered_at) == ("bounced", clock.now())


def test_a_refusal_by_policy_pauses_a_running_run_and_no_other(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    with changing(book) as change:
        pause_run(change, run.id, note="550 5.7.1")
    assert (book.runs.get(run).status, book.runs.get(run).note) == ("paused", "550 5.7.1")
    book.runs.cancel(run, reason="over")
    with changing(book) as change:
        pause_run(change, run.id, note="late")
    assert book.runs.get(run).status == "cancelled"
