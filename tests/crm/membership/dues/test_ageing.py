"""How old arrears are, against the due date, 180 days and 90 more."""

from datetime import date, timedelta

import pytest

from crm.membership.dues.ageing import Age, aged

DUE = date(2026, 3, 31)


@pytest.fixture
def acme(book):
    account = book.organizations.add("Acme Satellites", country="CH")
    book.terms.join(account, "sector_member", sector="T", on=date(2025, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return account


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-1, Age.NOT_DUE),
        (0, Age.NOT_DUE),
        (1, Age.OVERDUE),
        (180, Age.OVERDUE),
        (181, Age.SUSPENSION),
        (270, Age.SUSPENSION),
        (271, Age.EXCLUSION),
        (4000, Age.EXCLUSION),
    ],
)
def test_the_age_of_an_open_invoice(book, acme, days, age):
    (row,) = book.dues.ageing(on=DUE + timedelta(days=days))
    assert (row.organization_id, row.oldest_due_on) == (acme.id, DUE)
    assert {a for a, amount in row.by_age.items() if amount} == {age}
    assert row.overdue == (0 if age is Age.NOT_DUE else 31800)


def test_each_year_has_its_own_age(book, acme):
    book.dues.assess(2025, issued_on=date(2025, 1, 2))
    book.dues.pay(acme, "10000", on=date(2025, 6, 1), reference="R1")
    (row,) = book.dues.ageing(on=date(2026, 4, 1))
    assert row.by_age == {Age.NOT_DUE: 0, Age.OVERDUE: 31800, Age.SUSPENSION: 0, Age.EXCLUSION: 21800}
    assert [item.number for item in row.items] == ["2025-000001", "2026-000001"]


def test_who_owes_nothing_is_not_listed_and_who_owes_longest_comes_first(book, acme):
    paid, older = (book.organizations.add(name, country="CH") for name in ("Paid", "Older"))
    for account in (paid, older):
        book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2025, 1, 1))
    book.dues.assess(2025, issued_on=date(2025, 1, 2))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    book.dues.pay(paid, "21200", on=date(2025, 3, 1), reference="R1")
    book.dues.pay(acme, "31800", on=date(2025, 3, 1), reference="R2")
    found = book.dues.ageing(on=date(2026, 4, 30))
    assert [row.organization_id for row in found] == [older.id, acme.id]


def test_an_account_without_entries_owes_nothing(book):
    rules = book.fees.rules()
    row = aged(1, [], DUE, rules)
    assert (row.overdue, row.items) == (0, ())
