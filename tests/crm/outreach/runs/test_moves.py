"""The steps that were planned are taken once, or not at all."""

from datetime import date

import pytest
from support.runs import enrolled, launched, letter_to, writes

from crm.errors import InvalidInput
from crm.outreach.runs.moves import Taking, Task


def test_taking_the_same_steps_twice_takes_them_once(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert book.runs.take([writes(waiting, book)]).letters == 1
    again = book.runs.take([writes(waiting, book)])
    assert (again.letters, again.passed_over) == (0, 1)
    assert len(book.outbox.of()) == 1


def test_two_workers_at_once_queue_one_letter(book, colleague, acme, make_book):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    other = make_book("worker")
    with book.transaction():
        assert book.runs.take([writes(waiting, book)]).letters == 1
        assert other.runs.take([writes(waiting, other)]).passed_over == 1  # it does not wait for the first
    assert other.runs.take([writes(waiting, other)]).passed_over == 1
    assert len(book.outbox.of()) == 1


def test_a_batch_that_fails_leaves_nothing_behind(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    bad = Task(waiting.organization_id, " ", date(2026, 12, 1), None)
    both = (Taking("letter", letter=letter_to(waiting, book)), Taking("call", task=bad))
    with pytest.raises(InvalidInput):
        book.runs.take([writes(waiting, book, taking=both)])
    assert (book.outbox.of(), book.runs.due(limit=10)) == ((), (waiting,))


def test_a_task_becomes_a_follow_up_of_the_account_manager(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    owner = book.staff.get("joao@accord.example").id
    task = Taking("call", task=Task(waiting.organization_id, "Call them", date(2026, 12, 1), owner))
    moved = book.runs.take([writes(waiting, book, taking=(task,), step="end", due_at=None, ended="finished")])
    assert (moved.tasks, moved.finished) == (1, 1)
    (planned,) = book.follow_ups.open(owner="joao@accord.example")
    assert (planned.what, planned.due_on, planned.organization_id) == (
        "Call them",
        date(2026, 12, 1),
        acme[0].id,
    )
    assert [row.state for row in book.runs.audience(waiting.run_id)] == ["finished"]
