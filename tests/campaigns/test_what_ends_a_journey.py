"""What ends the journey of an account, and what keeps its reminder back."""

from datetime import date

import pytest
from sqlalchemy import text
from support.associates import associate
from support.desk_runs import DAY, NOBODY_HELD_OUT, launched, steps, sweep

from campaigns import desk
from crm.outreach.runs.runs import exit_enrolment, mark_answered


def ended(book, how):
    def change(enrolment):
        with book._store.changing("test.changed") as verb:
            how(verb, enrolment.id)

    return change


def reply(book, enrolment, account, person):
    ended(book, lambda verb, number: mark_answered(verb, number, at=verb.now))(enrolment)


def bounce(book, enrolment, account, person):
    ended(book, lambda verb, number: exit_enrolment(verb, number, "bounced"))(enrolment)


def refuse(book, enrolment, account, person):
    book.suppressions.add(person.email)


def upgrade(book, enrolment, account, person):
    book.terms.upgrade(account, sector="T", on=date(2027, 1, 1))


def fall_into_arrears(book, enrolment, account, person):
    book.standing.record(account, "arrears", as_of=date(2026, 11, 24), source="finance")


def denounce(book, enrolment, account, person):
    book.terms.denounce(account, sector="T", on=date(2026, 11, 26), reason="notice")


def leave(book, enrolment, account, person):
    book.people.leave(person, account, on=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (reply, "answered"),
        (bounce, "bounced"),
        (refuse, "suppressed"),
        (upgrade, "goal_reached"),
        (fall_into_arrears, "standing"),
        (denounce, "membership_ended"),
        (leave, "contact_left"),
    ],
)
def test_what_ends_a_journey_ends_it_before_the_reminder(book, colleague, worker, clock, happening, reason):
    acme, person = associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=2)
    happening(book, book.runs.audience(run.run)[0], acme, person)
    sweep(worker, clock, days=40)
    assert steps(book, acme) == ["letter"]
    assert book.follow_ups.open() == ()
    found = desk.overview(book, run)
    assert (found.results.arms[0].exits, found.status) == ({reason: 1}, "completed")


def test_nobody_is_invited_to_what_they_have_become_while_the_run_awaited_its_launch(
    book, colleague, worker, clock
):
    acme, _ = associate(book, "Acme")
    run = desk.prepare(book, NOBODY_HELD_OUT)
    clock.advance(2 * DAY)
    book.terms.upgrade(acme, sector="T", on=clock.now().date())
    clock.advance(DAY)
    desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)
    desk.launch(book, run, campaign=NOBODY_HELD_OUT)
    sweep(worker, clock, days=3)
    assert steps(book, acme) == []
    arm = desk.overview(book, run).results.arm("treatment")
    assert (arm.exits, arm.converted) == ({"goal_reached": 1}, 0)


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_no_reminder_of_a_letter_that_never_left(book, colleague, worker, clock, status):
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=15, status=status)
    assert steps(book, acme) == ["letter"]
    assert desk.overview(book, run).results.arms[0].exits == {"letter_not_sent": 1}


def test_a_reminder_waits_while_the_letter_is_in_doubt(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    launched(book, colleague)
    sweep(worker, clock, days=20, status="in_doubt")
    assert steps(book, acme) == ["letter"]
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'assumed_sent'"))
    sweep(worker, clock, days=2)
    assert steps(book, acme) == ["letter", "reminder"]


@pytest.mark.parametrize(
    ("office", "got"), [(None, ["letter"]), ("BR", ["letter"]), ("TSB", ["letter", "reminder"])]
)
def test_a_complaint_that_the_office_of_the_run_has_overridden_ends_no_journey(
    book, colleague, worker, clock, office, got
):
    acme, person = associate(book, "Acme")
    launched(book, colleague)
    sweep(worker, clock, days=2)
    book.complaints.record("Too much paper", source="call", organization=acme, person=person)
    if office:
        book.override_clearance(acme, office=office, reason="settled by telephone", until="2m")
    sweep(worker, clock, days=20)
    assert steps(book, acme) == got
