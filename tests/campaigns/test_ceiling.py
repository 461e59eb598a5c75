"""How many may enter a standing campaign without an approval, and who lets the others in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from sqlmodel import Session, col
from support.associates import associate
from support.locks import blocked
from support.outbox import looking
from support.runs import enrolled, order
from support.standing_campaigns import DAY, HOUR, OPEN, entered, launched, looked

from campaigns import desk
from crm.errors import Refused
from crm.outreach.entry import Entry
from crm.outreach.run_tables import EnrolmentState, Run
from crm.outreach.runs.entries import Entered
from crm.outreach.runs.rules import one_approval_at_a_time


def test_what_exceeds_the_ceiling_awaits_an_approval_by_a_colleague(book, colleague, clock):
    for name in ("Acme", "Beta", "Gamma"):
        associate(book, name)
    run = launched(book, colleague)
    assert looked(book) == Entered(entered=2, awaiting=1)
    assert "1 accounts beyond the ceiling await an approval." in str(desk.overview(book, run.id))
    assert "Letters: 2 in English." in str(desk.overview(book, run.id))
    clock.advance(DAY)
    assert looked(book) == Entered()  # who awaits is not looked at again
    with pytest.raises(Refused, match="Who prepared a run cannot approve it"):
        desk.admit(book, run.id, count=1)
    with pytest.raises(Refused, match="1 accounts await an approval"):
        desk.admit(colleague, run.id, count=2)
    desk.admit(colleague, run.id, count=1)
    assert [row.state for row in entered(book, run).values()] == [EnrolmentState.ENROLLED] * 3
    assert desk.advance(book).letters == 3


def test_who_awaited_in_a_cancelled_run_enters_the_next_version(book, colleague, clock):
    for name in ("Acme", "Beta", "Gamma"):
        associate(book, name)
    narrow = OPEN.but(entry=Entry(ceiling=1))
    first = launched(book, colleague, narrow)
    assert looked(book, narrow) == Entered(entered=1, awaiting=2)
    cancelled = desk.cancel(book, first.id, reason="other words")
    assert (cancelled.results.awaiting, cancelled.results.left_out) == (0, {"cancelled": 2})
    launched(book, colleague)
    clock.advance(HOUR)
    assert looked(book) == Entered(entered=2)  # the third has been in it


def test_who_was_passed_over_at_the_admission_may_enter_later(book, colleague, clock):
    accounts = [associate(book, name) for name in ("Acme", "Beta")]
    run = launched(book, colleague, OPEN.but(entry=Entry(ceiling=1)))
    book.entries.take_in(run.id, [enrolled(*one) for one in accounts], by={})
    other = engaged(book, colleague, accounts[1])
    assert desk.admit(colleague, run.id, count=1).results.left_out == {"other_campaign": 1}
    book.runs.cancel(other, reason="over")
    clock.advance(31 * DAY)
    assert book.entries.take_in(run.id, [enrolled(*accounts[1])], by={}) == Entered(entered=1)


def engaged(book, colleague, account):
    """A run at once that has been approved, busy with an account."""
    other = book.runs.prepare(order(enrolled(*account)))
    hashes = {"content_hash": other.content_hash, "audience_hash": other.audience_hash}
    return colleague.runs.approve(other, count=1, **hashes)


def test_the_ceiling_is_one_of_a_period(book, colleague, clock):
    for name in ("Acme", "Beta"):
        associate(book, name)
    launched(book, colleague)
    assert looked(book) == Entered(entered=2)
    associate(book, "Gamma")
    clock.advance(31 * DAY)
    assert looked(book) == Entered(entered=1)


@pytest.mark.parametrize("verb", ["take_in", "admit"])
def test_who_enters_waits_for_an_approval_that_engages_its_group_just_now(book, colleague, verb):
    acme, contact = associate(book, "Acme")
    other = book.runs.prepare(order(enrolled(acme, contact)))
    run = launched(book, colleague, OPEN.but(entry=Entry(ceiling=1)))
    if verb == "admit":
        beyond = [associate(book, "Beta"), (acme, contact)]
        book.entries.take_in(run.id, [enrolled(*one) for one in beyond], by={})
    enter = {
        "take_in": lambda: colleague.entries.take_in(run.id, [enrolled(acme, contact)], by={}),
        "admit": lambda: colleague.entries.admit(run.id, count=1),
    }[verb]
    with ThreadPoolExecutor(1) as pool, Session(book.engine) as approval, looking(book) as eye:
        one_approval_at_a_time(approval)
        approval.exec(update(Run).where(col(Run.id) == other.id).values(status="approved"))
        entering = pool.submit(enter)
        blocked(eye, 1)
        approval.commit()
        assert entering.result() == Entered(passed_over=1)
