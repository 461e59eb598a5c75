import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.membership.pricing import Holding, month_end, part_of_year, price
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.csvfile import facts, shipped
from crm.reference.development import Development
from crm.reference.fee_schedule import FeeSchedule
from crm.reference.fees import ClassMinimum, Fee

SCHEDULE = FeeSchedule(
    facts(Fee, shipped("fees.csv")),
    facts(ClassMinimum, shipped("class_minimums.csv")),
    facts(ContributoryUnit, shipped("contributory_units.csv")),
)
ASSOCIATE = Holding(Coverage.STANDARDIZATION, Category.ASSOCIATE, None, Development.DEVELOPED)
DAYS = st.dates(date(2008, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("since_on", "until_on", "months", "amount"),
    [
        (date(2027, 1, 1), date(2027, 12, 31), 12, "10600.00"),
        (date(2027, 9, 17), date(2027, 12, 31), 4, "3533.33"),  # from the first day of the month of joining
        (date(2027, 12, 31), date(2027, 12, 31), 1, "883.33"),
        (date(2027, 4, 1), date(2027, 6, 2), 3, "2650.00"),
    ],
)
def test_a_joining_year_is_paid_from_the_first_day_of_its_month(since_on, until_on, months, amount):
    (line,) = price(SCHEDULE, ASSOCIATE, since_on=since_on, until_on=until_on)
    assert (line.months, line.amount, line.yearly) == (months, Decimal(amount), Decimal(10600))
    assert (line.since_on, line.until_on) == (since_on.replace(day=1), month_end(until_on))
    assert line.rule == "associate-T"


def test_a_line_a_calendar_year():
    lines = price(SCHEDULE, ASSOCIATE, since_on=date(2026, 11, 3), until_on=date(2028, 2, 1))
    assert [(line.since_on.year, line.months) for line in lines] == [(2026, 2), (2027, 12), (2028, 2)]


def test_an_exempt_body_pays_nothing():
    free = Holding(Coverage.RADIO, Category.SECTOR_MEMBER, None, Development.DEVELOPED, exempt=True)
    assert price(SCHEDULE, free, since_on=date(2027, 1, 1), until_on=date(2027, 12, 31)) == ()


def test_what_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidInput) as refused:
        price(SCHEDULE, ASSOCIATE, since_on=date(2027, 2, 1), until_on=date(2027, 1, 31))
    assert refused.value.field == "until_on"


@given(st.lists(DAYS, min_size=2, max_size=2).map(sorted))
def test_the_lines_cover_the_stretch_without_gap_or_overlap(days):
    lines = price(SCHEDULE, ASSOCIATE, since_on=days[0], until_on=days[1])
    assert (lines[0].since_on, lines[-1].until_on) == (days[0].replace(day=1), month_end(days[1]))
    assert all((after.since_on - before.until_on).days == 1 for before, after in itertools.pairwise(lines))
    assert (
        sum(line.months for line in lines)
        == (days[1].year - days[0].year) * 12 + days[1].month - days[0].month + 1
    )


@given(st.decimals(0, 10**6, places=2), st.integers(1, 11))
def test_two_parts_of_a_year_are_the_year_to_the_centime(yearly, months):
    assert abs(part_of_year(yearly, months) + part_of_year(yearly, 12 - months) - yearly) <= Decimal("0.01")
