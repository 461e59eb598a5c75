from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event
from support.attention import ago, seen, the_need


def test_without_a_need_there_is_nothing_to_see(book, acme):
    assert book.attention(owner="dana@accord.example") == ()


@pytest.mark.parametrize(
    ("due", "reason", "words"),
    [
        ("today", "due", "Send the fee table, due today"),
        ("yesterday", "overdue", "Send the fee table, 1 day late"),
        ("10d ago", "overdue", "Send the fee table, 10 days late"),
    ],
)
def test_a_next_step_calls_from_its_day_on(book, acme, due, reason, words):
    step = book.follow_ups.plan(acme, "Send the fee table", due=due)
    book.follow_ups.plan(acme, "Some day")
    book.follow_ups.plan(acme, "Not yet", due="tomorrow")

    need = the_need(book)

    assert (need.reason, need.words, need.due_on) == (reason, words, step.due_on)
    assert need.refers_to == f"follow_up:{step.id}"
    book.follow_ups.complete(step)
    assert book.attention() == ()


def test_the_needs_of_a_merged_account_are_those_of_its_keeper(book, acme, dana):
    twin = book.organizations.add("Acme Ltd", owner=dana)
    book.log("email", twin, "Hello?", inbound=True, at=ago(book, 2))
    for account in (acme, twin):
        book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    book.standing.record(twin, "arrears", as_of=date(2026, 11, 20), source="finance")

    book.merge(acme, twin, reason="same LEI")

    assert {need.organization.id for need in book.attention()} == {acme.id}
    assert sorted(reason for _, reason in seen(book)) == ["unanswered", "worse_standing"]


def test_the_number_of_statements_does_not_grow_with_the_accounts(book, acme, dana):
    def grow(count):
        for number in range(count):
            account = book.organizations.add(f"Account {number} of {count}", owner=dana)
            book.log("email", account, "Hello?", inbound=True, at=ago(book, 200))
            book.follow_ups.plan(account, "Call", due="yesterday")

    grow(1)
    with counted(book) as few:
        assert len(book.attention(owner=dana)) == 3
    grow(20)
    with counted(book) as many:
        assert len(book.attention(owner=dana)) == 63
    assert len(few) == len(many)


@contextmanager
def counted(book):
    found = []

    def note(_connection, _cursor, statement, *_more):
        found.append(statement)

    event.listen(book.engine, "before_cursor_execute", note)
    yield found
    event.remove(book.engine, "before_cursor_execute", note)
