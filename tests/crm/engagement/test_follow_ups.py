from datetime import UTC, date, datetime, timedelta

import pytest

from crm.errors import NotFound, Refused


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    return book.organizations.add("Acme", country="KE", owner="dana@accord.example")


def test_a_next_step_belongs_to_the_account_manager_unless_somebody_else_is_named(book, acme):
    lucia = book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    assert book.follow_ups.plan(acme, "Call").owner_id == acme.owner_id
    assert book.follow_ups.plan(acme, "Write", owner=lucia).owner_id == lucia.id


def test_open_steps_come_the_most_urgent_first(book, acme):
    for what, due in (("without a day", None), ("later", "2w"), ("soon", "tomorrow")):
        book.follow_ups.plan(acme, what, due=due)

    assert [step.what for step in book.follow_ups.open(owner="Dana Novak")] == [
        "soon",
        "later",
        "without a day",
    ]
    assert [step.what for step in book.follow_ups.open(organization=acme, due_by="2d")] == ["soon"]


def test_a_step_is_completed_once(book, acme, clock):
    step = book.follow_ups.plan(acme, "Call", due="tomorrow")
    clock.advance(timedelta(days=1))

    done = book.follow_ups.complete(step, outcome="They will join")

    assert (done.done_at, done.outcome) == (clock.now(), "They will join")
    assert book.follow_ups.open() == ()
    with pytest.raises(Refused, match="25 November 2026"):
        book.follow_ups.complete(step.id)


def test_a_step_that_is_not_there_is_not_found(book):
    with pytest.raises(NotFound):
        book.follow_ups.complete(404)


def test_a_due_date_may_be_a_date(book, acme):
    assert book.follow_ups.plan(acme, "Call", due=date(2027, 4, 1)).due_on == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("now", "tomorrow"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), date(2026, 11, 26)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 26)),  # summer time has ended
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 30)),  # it has begun
    ],
)
def test_wish_14_tomorrow_is_the_day_after_the_one_on_the_wall_of_who_says_it(
    book, acme, clock, now, tomorrow
):
    clock.at = now
    step = book.log("call", acme, "Call me tomorrow", next="call", due="tomorrow").next
    assert step.due_on == tomorrow
    assert book.follow_ups.plan(acme, "write", due="tomorrow").due_on == tomorrow
    assert len(book.follow_ups.open(due_by="today")) == 0
    assert len(book.follow_ups.open(due_by="tomorrow")) == 2


def test_wish_14_what_a_job_plans_is_due_on_the_day_of_whoever_owes_it(make_book, acme, clock):
    clock.at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    job = make_book(actor="answers.receive")
    assert job.follow_ups.plan(acme, "Answer", due="2d").due_on == date(2026, 11, 27)
    unowned = job.organizations.add("Nobody's", country="KE")
    assert job.follow_ups.plan(unowned, "Answer", due="2d").due_on == date(2026, 11, 26)
