"""What a year comes to is rounded once, whatever happens to the membership in it."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.rounded_once import rounded_once
from crm.membership.dues.unused_months import PostedLine, given_back
from crm.membership.pricing import month_end, part_of_year
from crm.membership.terms import Coverage
from crm.reference.fee_schedule import to_the_cent

END = date(2027, 12, 31)
FEES = [Decimal(fee) for fee in ("1987.50", "3975.00", "10600.00", "31800.00", "0.13", "7950.01")]


def charge(yearly, first, last, event=1, year=2027):
    return ChargeLine(
        since_on=date(year, first, 1),
        until_on=month_end(date(year, last, 1)),
        months=last - first + 1,
        amount=part_of_year(yearly, last - first + 1),
        yearly=yearly,
        rule="fee",
        coverage=Coverage.STANDARDIZATION,
        event_id=event,
    )


class Ledger:
    """The invoices of an account in a Sector, and what each month is to cost by now."""

    def __init__(self):
        self.lines = []
        self.fees = {}

    def change(self, yearly, month, until, event):
        """From a month to another one something else is charged, or nothing."""
        last = month_end(date(2027, until, 1))
        back = given_back(self.lines, since_on=date(2027, month, 1), until_on=last)
        new = [charge(yearly, month, until, event)] if yearly else []
        self.fees |= dict.fromkeys(range(month, until + 1), yearly or Decimal(0))
        for line in rounded_once(self.lines, [*back, *new]):
            said = {name: value for name, value in asdict(line).items() if name in PostedLine.__slots__}
            self.lines.append(PostedLine(number="2027-000001", **said))

    @property
    def charged(self):
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def comes_to(self):
        return to_the_cent(sum((Fraction(fee) / 12 for fee in self.fees.values()), Fraction(0)))


CHANGES = st.tuples(st.one_of(st.none(), st.sampled_from(FEES)), st.integers(1, 12), st.integers(1, 12))


@given(st.lists(CHANGES, max_size=8))
def test_however_often_a_year_changes_it_comes_to_its_months_rounded_once(changes):
    ledger = Ledger()
    for event, (yearly, one, other) in enumerate(changes, start=1):
        ledger.change(yearly, min(one, other), max(one, other), event)
        assert ledger.charged == ledger.comes_to


def test_a_year_in_parts_is_the_year_to_the_centime():
    ledger = Ledger()
    for month in range(1, 13):
        ledger.change(Decimal("10600.00"), month, month, month)
    amounts = [line.amount for line in ledger.lines]
    assert (sum(amounts), amounts[:3]) == (
        Decimal("10600.00"),
        [Decimal("883.33"), Decimal("883.34"), Decimal("883.33")],
    )


def test_years_and_sectors_are_rounded_apart():
    other = ChargeLine(**{**asdict(charge(FEES[2], 1, 1)), "coverage": Coverage.RADIO})
    lines = [charge(FEES[2], 1, 1), charge(FEES[2], 1, 1, year=2028), other]
    assert [line.amount for line in rounded_once([], lines)] == [Decimal("883.33")] * 3


@pytest.mark.parametrize(("amount", "left"), [("883.33", "0.00"), ("883.35", "0.00")])
def test_a_line_without_a_yearly_fee_counts_as_it_stands(amount, left):
    old = PostedLine(
        number="2026-000001",
        since_on=date(2027, 1, 1),
        until_on=date(2027, 1, 31),
        amount=Decimal(amount),
        rule="fee",
        coverage=Coverage.STANDARDIZATION,
        event_id=1,
    )
    (back,) = rounded_once([old], given_back([old], since_on=date(2027, 1, 1), until_on=END))
    assert (back.amount + old.amount, back.yearly) == (Decimal(left), old.amount * 12)
