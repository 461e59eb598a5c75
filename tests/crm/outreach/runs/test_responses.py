from datetime import timedelta

import pytest
from support.approved import content
from support.associates import staff
from support.runs import enrolled, order

from crm.outreach.run_tables import Arm, EnrolmentState
from crm.outreach.runs.runs import mark_answered

HOUR = timedelta(hours=1)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def group(book):
    head = book.organizations.add("Head", country="KE")
    daughter = book.organizations.add("Daughter", country="KE", parent=head)
    sister = book.organizations.add("Sister", country="TZ", parent=head)
    person = book.people.add("Amina", email="amina@daughter.example", at=daughter, language="en")
    return {"head": head, "daughter": daughter, "sister": sister, "person": person}


def launched(book, colleague, *rows, **changes):
    prepared = book.runs.prepare(order(*rows, content=content(**changes)))
    hashes = {"content_hash": prepared.content_hash, "audience_hash": prepared.audience_hash}
    colleague.runs.approve(prepared, count=len(rows), **hashes)
    return book.runs.launch(prepared, content_hash=prepared.content_hash)


def answered(book):
    (waiting,) = book.runs.due(limit=10)
    return waiting.answered


@pytest.mark.parametrize("kind", ["email", "call", "meeting"])
@pytest.mark.parametrize("who", ["daughter", "sister", "head"])
def test_whoever_of_the_corporate_group_comes_to_us_has_answered(book, colleague, group, clock, kind, who):
    run = launched(book, colleague, enrolled(group["daughter"], group["person"]))
    assert not answered(book)
    clock.advance(HOUR)
    book.log(kind, group[who], "They asked", inbound=True)
    assert answered(book)
    assert book.outcomes.of(run).arm(Arm.TREATMENT).answered == 1


@pytest.mark.parametrize(
    ("kind", "inbound", "hours"),
    [("email", False, 1), ("call", False, 1), ("note", True, 1), ("event", True, 1), ("call", True, -2)],
    ids=["we wrote", "we called", "a note", "an event", "before the launch"],
)
def test_what_is_no_answer(book, colleague, group, clock, kind, inbound, hours):
    launched(book, colleague, enrolled(group["daughter"], group["person"]))
    at = clock.now() + timedelta(hours=hours)
    clock.advance(2 * HOUR)
    book.log(kind, group["daughter"], "Something", inbound=inbound, at=at)
    assert not answered(book)


def test_a_stranger_to_the_group_has_not_answered_for_it(book, colleague, group, clock):
    launched(book, colleague, enrolled(group["daughter"], group["person"]))
    clock.advance(HOUR)
    book.log("call", book.organizations.add("Stranger", country="KE"), "They asked", inbound=True)
    assert not answered(book)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, EnrolmentState.EXITED),
        ({"exits": ["goal_reached", "answered"]}, EnrolmentState.EXITED),
        ({"exits": ["goal_reached"]}, EnrolmentState.ENROLLED),
        ({"exits": []}, EnrolmentState.ENROLLED),
    ],
)
def test_a_reply_ends_the_journey_unless_the_campaign_goes_on_after_one(
    book, colleague, group, changes, state
):
    run = launched(book, colleague, enrolled(group["daughter"], group["person"]), **changes)
    (row,) = book.runs.audience(run)
    with book._store.changing("test.replied") as change:
        mark_answered(change, row.id, at=change.now)
    (row,) = book.runs.audience(run)
    assert (row.state, row.answered_at is not None) == (state, True)
    assert book.outcomes.of(run).arm(Arm.TREATMENT).answered == 1
