from datetime import date

import pytest

from crm.errors import AlreadyExists


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme", country="KE")


def test_nobody_knows_how_an_account_stands_until_a_source_says_so(book, acme):
    assert book.standing.of(acme) is None


def test_the_latest_statement_by_the_day_counts_whenever_it_was_recorded(book, acme):
    book.standing.record(acme, "good", as_of=date(2026, 10, 31), source="finance", punctuality="on_time")
    book.standing.record(acme, "arrears", as_of=date(2026, 4, 30), source="finance", punctuality="late")

    assert book.standing.of(acme).standing == "good"
    assert book.standing.of(acme, on=date(2026, 5, 1)).standing == "arrears"
    assert book.standing.of(acme, on=date(2026, 1, 1)) is None


def test_of_two_statements_for_one_day_the_later_recorded_counts(book, acme):
    book.standing.record(acme, "good", as_of=date(2026, 10, 31), source="finance")
    book.standing.record(acme, "suspended", as_of=date(2026, 10, 31), source="legal affairs")
    assert book.standing.of(acme).standing == "suspended"


def test_a_source_speaks_once_for_a_day(book, acme):
    book.standing.record(acme, "good", as_of=date(2026, 10, 31), source="finance")
    with pytest.raises(AlreadyExists):
        book.standing.record(acme, "arrears", as_of=date(2026, 10, 31), source="finance")
