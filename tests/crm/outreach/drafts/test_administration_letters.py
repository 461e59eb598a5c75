"""What campaigns have written to administrations, as candidates of their States know it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.outbox import APPROVER, staffed
from support.runs import enrolled, launched, writes

from crm.insight.candidate import AdministrationLetter
from crm.outreach.runs.runs import mark_answered


@pytest.fixture
def administration(book):
    staffed(book)
    ministry = book.organizations.add("Ministry", country="KE", kind="administration")
    return ministry, book.people.add("Amina Odhiambo", email="amina@ministry.example", at=ministry)


@pytest.fixture
def company(book):
    return book.organizations.add("Acme", country="KE")


def letters_about(book, account):
    found = book.candidates.of(account)[0].administration_letters
    return [(letter.campaign, letter.answered) for letter in found]


def written(book, make_book, to):
    run = launched(book, make_book(APPROVER), enrolled(*to))
    book.runs.take([writes(waiting, book) for waiting in book.runs.due(limit=10)])
    return run


def leave(book, status="accepted"):
    query = text("UPDATE outbox SET status = :status, handed_at = :now")
    with book.engine.begin() as connection:
        connection.execute(query, {"status": status, "now": book.clock.now()})


def test_a_letter_that_left_is_known_to_every_account_of_the_state(book, make_book, administration, company):
    written(book, make_book, administration)
    assert letters_about(book, company) == []
    leave(book)
    today = book.clock.now().date()
    found = book.candidates.of(company)[0].administration_letters
    assert found == (AdministrationLetter("test", today, answered=False),)
    assert letters_about(book, book.organizations.add("Elsewhere", country="UG")) == []
    assert letters_about(book, book.organizations.add("Nowhere")) == []


def test_a_letter_that_could_not_be_delivered_was_not_written(book, make_book, administration, company):
    written(book, make_book, administration)
    leave(book, "failed")
    assert letters_about(book, company) == []


def test_a_reply_of_the_administration_is_an_answer(book, make_book, administration, company):
    run = written(book, make_book, administration)
    leave(book)
    (enrolment,) = book.runs.audience(run)
    with book._store.changing("reply.taken_in") as change:
        mark_answered(change, enrolment.id, at=change.now)
    assert letters_about(book, company) == [("test", True)]


def test_a_call_that_the_administration_began_is_an_answer(book, make_book, clock, administration, company):
    written(book, make_book, administration)
    leave(book)
    clock.advance(timedelta(days=3))
    book.log("call", administration[0], "Will suggest companies", inbound=True)
    assert letters_about(book, company) == [("test", True)]


def test_a_letter_to_a_company_says_nothing_of_its_administration(book, make_book, company):
    staffed(book)
    person = book.people.add("Amina Odhiambo", email="amina@acme.example", at=company)
    written(book, make_book, (company, person))
    leave(book)
    assert letters_about(book, company) == []
