"""A letter that has waited in the outbox leaves only once its account has been looked at again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from support.associates import associate
from support.desk_runs import NOBODY_HELD_OUT, launched
from support.outbox import told

from campaigns import desk
from campaigns.journey import Journey, MeetingStep, WaitStep
from crm.outreach.outbox_tables import MessageStatus

FRIDAY_EVENING = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # 18:00 in Nairobi
MONDAY_MORNING = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # 9:00


def leave(book, account, person):
    book.people.leave(person, account, on=book.clock.now().date())


def call(book, account, person):
    book.log("call", account, "They would rather talk.", people=[person], inbound=True)


def fall_into_arrears(book, account, person):
    book.standing.record(account, "arrears", as_of=book.clock.now().date(), source="finance")


def complain(book, account, person):
    book.complaints.record("Too many letters", source="call", organization=account, person=person)


def upgrade(book, account, person):
    book.terms.upgrade(account, sector="T", on=date(2027, 1, 1))


HAPPENINGS = {
    "contact_left": leave,
    "answered": call,
    "standing": fall_into_arrears,
    "complaining": complain,
    "goal_reached": upgrade,
}


def taken(book):
    return {claim.letter.organization_id for claim in book.handover.claim(limit=10)}


@pytest.fixture
def accounts(book, colleague):
    return {name: associate(book, name.replace("_", " ").title()) for name in ("Acme", *HAPPENINGS)}


def come_up(book, accounts):
    for name, happens in HAPPENINGS.items():
        happens(book, *accounts[name])


@pytest.mark.parametrize("pause", [timedelta(hours=20), timedelta(days=21)])
def test_after_a_pause_every_account_is_looked_at_before_its_letter_leaves(
    book, colleague, worker, clock, accounts, pause
):
    run = launched(book, colleague)
    assert desk.advance(worker).letters == len(accounts)
    desk.pause(book, run, reason="a question")
    come_up(book, accounts)
    clock.advance(pause)
    desk.resume(book, run)
    assert taken(worker) == set()

    assert desk.advance(worker).exited == len(HAPPENINGS)
    assert taken(worker) == {accounts["Acme"][0].id}
    stopped = {letter.organization_id for letter in book.outbox.of(status=MessageStatus.STOPPED)}
    assert stopped == {accounts[name][0].id for name in HAPPENINGS}
    reasons = {row.organization_id: row.reason for row in book.runs.audience(run.run)}
    assert {name: reasons[accounts[name][0].id] for name in HAPPENINGS} == {name: name for name in HAPPENINGS}


def test_a_letter_of_friday_evening_leaves_on_monday_once_its_account_has_been_looked_at(
    book, colleague, worker, clock, accounts
):
    clock.at = FRIDAY_EVENING
    run = launched(book, colleague)
    assert desk.advance(worker).letters == len(accounts)
    assert {row.due_at for row in book.runs.audience(run.run)} == {MONDAY_MORNING}
    come_up(book, accounts)
    clock.at = MONDAY_MORNING
    assert taken(worker) == set()
    desk.advance(worker)
    assert taken(worker) == {accounts["Acme"][0].id}


def test_what_waits_for_longer_is_looked_at_once_a_day(book, colleague, worker, clock, accounts):
    launched(book, colleague)
    desk.advance(worker)
    book.outgoing.stop(reason="a wrong figure")
    come_up(book, accounts)
    clock.advance(timedelta(days=1))
    book.outgoing.resume(reason="mended")
    assert taken(worker) == set()
    desk.advance(worker)
    assert taken(worker) == {accounts["Acme"][0].id}


MEETING = NOBODY_HELD_OUT.but(
    journey=Journey(
        steps=(MeetingStep(name="meet", template="meeting_request"), WaitStep(name="wait", working_days=9))
    )
)


@pytest.fixture
def asked(book, colleague, worker):
    """A letter that asks for a meeting on 1 December at eleven in Nairobi waits in the outbox."""
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague, MEETING)
    desk.advance(worker)
    (letter,) = book.outbox.of(acme)
    assert "on 1 December 2026 at 11:00" in book.outbox.shown(letter).text
    return run, letter


def intended(book):
    return book.handover.intend([claim.letter for claim in book.handover.claim(limit=1)])


def test_a_meeting_whose_day_went_by_in_a_pause_is_proposed_for_another(book, worker, clock, asked):
    run, letter = asked
    desk.pause(book, run, reason="a question")
    clock.advance(timedelta(days=30))
    desk.resume(book, run)
    desk.advance(worker)
    assert "on 4 January 2027 at 11:00" in book.outbox.shown(letter).text
    assert book.outbox.get(letter).dated_at == clock.now()
    assert told(book, letter)[-1] == "proposed anew"
    assert intended(worker) == {letter.id}


def test_a_meeting_that_has_come_too_near_is_not_asked_for_before_its_account_is_looked_at(
    book, worker, clock, asked
):
    _, letter = asked
    clock.at = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    desk.advance(worker)
    assert told(book, letter) == ["queued"]
    clock.at = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert intended(worker) == frozenset()
    kept = book.outbox.get(letter)
    look_at = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    assert (kept.status, kept.due_at, kept.tries) == ("queued", look_at, 0)
    assert kept.verdict == "the day that it proposes is too near: another is proposed"
    clock.at = look_at
    desk.advance(worker)
    assert "on 8 December 2026 at 11:00" in book.outbox.shown(letter).text


def test_a_meeting_that_its_reader_may_know_of_is_not_proposed_for_another_day(book, worker, clock, asked):
    _, letter = asked
    intended(worker)
    clock.advance(timedelta(minutes=10))
    worker.handover.reap()
    book.outbox.resend(letter, reason="not in the log")
    clock.advance(timedelta(days=8))
    desk.advance(worker)
    assert "on 1 December 2026 at 11:00" in book.outbox.shown(letter).text
    assert intended(worker) == frozenset()
    kept = book.outbox.get(letter)
    assert (kept.status, kept.verdict) == ("stopped", "the day that it proposes is past or too near")
