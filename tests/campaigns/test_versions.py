"""A new version of a standing campaign takes over those who wait in the former one."""

import pytest
from support.associates import associate
from support.runs import enrolled
from support.standing_campaigns import DAY, HOUR, OPEN, accepted, launched, looked

from campaigns import desk
from campaigns.journey import Journey, LetterStep, WaitStep
from crm.errors import Refused
from crm.outreach.entry import Entry
from crm.outreach.runs.moves import Move
from crm.outreach.runs.succession import TakenOver


def test_a_new_version_takes_over_those_who_wait_and_the_others_keep_theirs(book, colleague, clock):
    associate(book, "Waiting")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)  # the letter is queued, the first wait begins
    clock.advance(HOUR)
    associate(book, "Fresh")
    desk.enter(book, old.id, "Fresh", campaign=OPEN)
    version = OPEN.but(journey=shorter())
    new = launched(book, colleague, version)
    desk.take_over(book, new.id, former=old.id)
    stands = {row.step: run.id for run in (old, new) for row in book.runs.audience(run.id)}
    assert stands == {"letter": old.id, "first_wait": new.id}
    assert book.entries.open() == (book.runs.get(new.id),)
    with pytest.raises(Refused, match="has been taken over"):
        book.entries.take_in(old.id, [], by={})
    with pytest.raises(Refused, match="cannot take over"):
        desk.take_over(book, new.id, former=old.id)


def test_whose_language_the_new_version_lacks_stays_and_stops_nobody(book, colleague, clock):
    associate(book, "Waiting")
    arabic, _ = associate(book, "Sahara", language="ar", country="EG")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)
    spoken = {code: who for code, who in OPEN.signatures.items() if code != "ar"}
    new = launched(book, colleague, OPEN.but(signatures=spoken))
    assert desk.take_over(book, new.id, former=old.id) == TakenOver(moved=1, staying=1, dropped=0)
    accepted(book)
    clock.advance(20 * DAY)
    assert desk.advance(book).letters == 2
    assert [letter.run_id for letter in book.outbox.of(arabic)] == [old.id, old.id]


def test_whose_contact_the_new_version_writes_to_already_stays(book, colleague):
    acme, contact = associate(book, "Acme")
    beta, _ = associate(book, "Beta")
    _, waiting = associate(book, "Gamma")
    old, new = (launched(book, colleague, OPEN.but(entry=Entry(ceiling=1))) for _ in "12")
    for account, person in ((acme, contact), (beta, waiting)):
        book.entries.take_in(old.id, [enrolled(account, person, step="first_wait")], by={})
    assert {row.state for row in book.runs.audience(old.id)} == {"enrolled", "awaiting"}
    other = book.organizations.add("Other", country="KE")
    third = book.organizations.add("Third", country="KE")
    book.entries.take_in(new.id, [enrolled(other, contact), enrolled(third, waiting)], by={})
    assert desk.take_over(book, new.id, former=old.id) == TakenOver(moved=0, staying=1, dropped=1)


def test_who_is_taken_over_while_its_next_step_is_planned_is_passed_over(book, colleague, clock):
    associate(book, "Waiting")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)
    accepted(book)
    clock.advance(20 * DAY)
    (waiting,) = book.runs.due(limit=10)
    new = launched(book, colleague, OPEN.but(journey=shorter()))
    desk.take_over(book, new.id, former=old.id)
    late = Move(enrolment_id=waiting.enrolment_id, run_id=old.id, stood_at="first_wait", step="reminder")
    assert book.runs.take([late]).passed_over == 1
    assert desk.advance(book).finished == 1


def shorter():
    """The journey of the next version: one letter, the same first wait, and no more."""
    return Journey(
        steps=(
            LetterStep(name="letter", template="associate_upgrade"),
            WaitStep(name="first_wait", working_days=5),
        )
    )
