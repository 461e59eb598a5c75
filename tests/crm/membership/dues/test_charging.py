"""Which months of a year are still to be charged."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.membership.dues.charging import charged_months, months_of, runs
from crm.membership.terms import Coverage

YEAR = 2027
ALL = list(range(1, 13))


@dataclass(frozen=True)
class Member:
    id: int
    since_on: date
    until_on: date | None = None
    organization_id: int = 1
    coverage: Coverage = Coverage.STANDARDIZATION


@dataclass(frozen=True)
class Line:
    since_on: date
    until_on: date
    amount: Decimal = Decimal(1)


def whole(amount=1):
    return Line(date(YEAR, 1, 1), date(YEAR, 12, 31), Decimal(amount))


def from_july(amount=1):
    return Line(date(YEAR, 7, 1), date(YEAR, 12, 31), Decimal(amount))


@pytest.mark.parametrize(
    ("lines", "months"),
    [
        ([], []),
        ([whole()], ALL),
        ([from_july()], ALL[6:]),
        ([whole(), from_july(-1)], ALL[:6]),
        ([whole(), from_july(-1), from_july()], ALL),
        ([Line(date(2026, 7, 1), date(2028, 2, 29))], ALL),
        ([Line(date(2026, 1, 1), date(2026, 12, 31))], []),
        ([whole(0)], []),
    ],
    ids=[
        "nothing",
        "the year",
        "joining in July",
        "given back from July on",
        "upgraded in July: credit and charge",
        "beyond the year on both sides",
        "another year",
        "a line at zero",
    ],
)
def test_a_month_is_charged_when_a_line_charges_it_and_none_gives_it_back(lines, months):
    assert sorted(charged_months(lines, YEAR)) == months


@pytest.mark.parametrize(
    ("terms", "months"),
    [
        ([Member(1, date(2020, 1, 1))], [ALL]),
        ([Member(1, date(YEAR, 7, 15))], [ALL[6:]]),
        ([Member(1, date(2020, 1, 1), date(YEAR, 5, 3))], [ALL[:5]]),
        ([Member(1, date(2020, 1, 1), date(YEAR, 7, 14)), Member(2, date(YEAR, 7, 15))], [ALL[:6], ALL[6:]]),
        ([Member(1, date(YEAR, 7, 2), date(YEAR, 7, 9)), Member(2, date(YEAR, 7, 15))], [[], ALL[6:]]),
        ([Member(1, date(2020, 1, 1), date(YEAR, 2, 28)), Member(2, date(YEAR, 11, 1))], [[1, 2], [11, 12]]),
        ([Member(1, date(2028, 1, 1))], [[]]),
        ([Member(1, date(2020, 1, 1), date(2026, 12, 31))], [[]]),
    ],
    ids=[
        "a whole year",
        "joined in July",
        "left in May",
        "another class from July on",
        "two within July",
        "a gap",
        "to come",
        "gone",
    ],
)
def test_which_months_are_whose(terms, months):
    assert months_of(terms, YEAR) == months
    assert months_of(terms[::-1], YEAR) == months[::-1]


def test_months_that_follow_one_another_are_one_run():
    assert list(runs([1, 2, 3, 7, 12, 11], YEAR)) == [
        (date(YEAR, 1, 1), date(YEAR, 3, 31)),
        (date(YEAR, 7, 1), date(YEAR, 7, 31)),
        (date(YEAR, 11, 1), date(YEAR, 12, 31)),
    ]


days = st.integers(0, 1095).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@given(st.lists(days, min_size=1, max_size=6, unique=True), st.booleans())
def test_every_month_of_membership_belongs_to_one_term(changes, goes_on):
    """However often a membership changed in a year."""
    firsts = sorted(changes)
    lasts = [day - timedelta(days=1) for day in firsts[1:]] + [None if goes_on else date(2029, 1, 1)]
    terms = [Member(n, first, last) for n, (first, last) in enumerate(zip(firsts, lasts, strict=True))]
    together = sorted(month for months in months_of(terms, YEAR) for month in months)
    first = 13 if firsts[0].year > YEAR else firsts[0].month if firsts[0].year == YEAR else 1
    assert together == list(range(first, 13))
    assert sorted(charged_months([Line(*run) for run in runs(together, YEAR)], YEAR)) == together
