"""Every fee and every lowest class, as the tables state them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.errors import NotFound
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit, Payer, unit_among
from crm.reference.csvfile import facts, shipped
from crm.reference.development import DevelopedCountry, Development, status_of
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import FeeSchedule, to_the_cent
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.membership_rules import MembershipRule, MembershipRules, Rule
from crm.reference.units import units_of

SECTOR_MEMBER, ASSOCIATE, ACADEMIA = Category
RICH, POOR = Development
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def schedule():
    read = {
        name: facts(kind, shipped(f"{name}.csv"))
        for name, kind in (
            ("fees", Fee),
            ("class_minimums", ClassMinimum),
            ("contributory_units", ContributoryUnit),
        )
    }
    return FeeSchedule(read["fees"], read["class_minimums"], read["contributory_units"])


@pytest.mark.parametrize(
    ("category", "coverage", "development", "size", "units", "amount"),
    [
        (SECTOR_MEMBER, "R", RICH, None, None, "31800"),
        (SECTOR_MEMBER, "T", RICH, None, None, "31800"),
        (SECTOR_MEMBER, "T", POOR, None, None, "31800"),
        (SECTOR_MEMBER, "D", RICH, None, None, "7950"),
        (SECTOR_MEMBER, "D", POOR, None, None, "3975"),
        (SECTOR_MEMBER, "T", RICH, "sme", None, "31800"),
        (SECTOR_MEMBER, "T", RICH, None, "1", "63600"),
        (SECTOR_MEMBER, "R", POOR, None, "1/4", "15900"),
        (SECTOR_MEMBER, "R", POOR, None, "1/8", "7950"),
        (SECTOR_MEMBER, "R", POOR, None, "1/16", "3975"),
        (SECTOR_MEMBER, "D", POOR, None, "1/32", "1987.50"),
        (ASSOCIATE, "R", RICH, None, None, "10600"),
        (ASSOCIATE, "T", POOR, "large", None, "10600"),
        (ASSOCIATE, "T", RICH, "sme", None, "3975"),
        (ASSOCIATE, "R", POOR, "sme", None, "1987.50"),
        (ASSOCIATE, "D", RICH, None, None, "3975"),
        (ASSOCIATE, "D", POOR, None, None, "1987.50"),
        (ASSOCIATE, "D", RICH, "sme", None, "3975"),
        (ACADEMIA, "RTD", RICH, None, None, "3975"),
        (ACADEMIA, "RTD", POOR, "large", None, "1987.50"),
    ],
)
def test_every_fee(schedule, category, coverage, development, size, units, amount):
    fee = schedule.yearly(
        category,
        coverage,
        development=development,
        size=size,
        units=None if units is None else Fraction(units),
        on=TODAY,
    )
    assert fee.amount == Decimal(amount)
    assert fee.assumed == (category is SECTOR_MEMBER and units is None)


@pytest.mark.parametrize(
    ("coverage", "development", "lowest", "reduced"),
    [
        ("R", RICH, "1/2", None),
        ("R", POOR, "1/2", "1/16"),
        ("T", RICH, "1/2", None),
        ("T", POOR, "1/2", "1/16"),
        ("D", RICH, "1/8", None),
        ("D", POOR, "1/16", None),
    ],
)
def test_every_lowest_class(schedule, coverage, development, lowest, reduced):
    assert schedule.minimum(coverage, development=development, on=TODAY).units == Fraction(lowest)
    below = schedule.reduced_minimum(coverage, development=development, on=TODAY)
    assert (below and below.units) == (reduced and Fraction(reduced))
    assert below is None or below.conditions


def test_a_sector_member_unit_is_a_fifth_of_a_member_states_unit(schedule):
    for year in (2006, 2015, 2019, 2023, 2026, 2028):
        day = date(year, 7, 1)
        state, member = (unit_among(schedule.units, payer, day) for payer in Payer)
        assert (state.amount, member.amount) == (Decimal(318000), Decimal(63600))
        assert state.preliminary == (year == 2028)
        assert (state.certainty is Certainty.UNVERIFIED) == (year == 2028)


def test_before_any_source_speaks_nothing_is_made_up(schedule):
    with pytest.raises(NotFound, match="2005-12-31"):
        schedule.yearly(ASSOCIATE, "T", development=RICH, on=date(2005, 12, 31))
    with pytest.raises(NotFound):
        unit_among(schedule.units, Payer.MEMBER_STATE, date(2009, 1, 1))
    before_smes = schedule.yearly(ASSOCIATE, "T", development=RICH, size="sme", on=date(2019, 12, 31))
    assert before_smes.amount == Decimal(10600)


def test_a_fee_says_how_sure_it_is(schedule):
    assert schedule.yearly(SECTOR_MEMBER, "T", development=RICH, on=TODAY).certainty is Certainty.DERIVED
    small = schedule.yearly(ASSOCIATE, "T", development=RICH, size="sme", on=TODAY)
    assert (small.certainty, small.rule) == (Certainty.UNVERIFIED, "associate-T-sme-developed")


@pytest.mark.parametrize(
    ("category", "coverage", "units", "depends"),
    [
        (ACADEMIA, "RTD", None, True),
        (SECTOR_MEMBER, "D", None, True),
        (SECTOR_MEMBER, "D", "1/4", False),
        (SECTOR_MEMBER, "T", None, False),
        (SECTOR_MEMBER, "T", "1/2", False),
    ],
)
@pytest.mark.parametrize("development", Development)
def test_what_depends_on_who_counts_as_developed_is_as_sure_as_that_list(
    schedule, category, coverage, units, depends, development
):
    stated = None if units is None else Fraction(units)

    def sure(statuses):
        asked = replace(schedule, statuses=statuses)
        return asked.yearly(category, coverage, development=development, units=stated, on=TODAY).certainty

    assert (sure(Certainty.UNVERIFIED) is Certainty.UNVERIFIED) == depends
    assert sure(Certainty.VERIFIED) is not Certainty.UNVERIFIED


@pytest.mark.parametrize(
    ("units", "sure"), [("1/2", True), ("1/32", True), ("1", False), ("1 1/2", False), ("5", False)]
)
def test_a_class_is_as_sure_as_that_there_is_such_a_class(schedule, units, sure):
    fee = schedule.yearly(SECTOR_MEMBER, "T", development=RICH, units=units_of(units), on=TODAY)
    assert (fee.certainty is Certainty.DERIVED) == sure


def test_half_a_centime_goes_up():
    assert to_the_cent(Fraction(1, 200)) == Decimal("0.01")
    assert to_the_cent(Decimal("165.625")) == Decimal("165.63")


@pytest.mark.parametrize(
    ("country", "development"), [("CHE", RICH), ("JPN", RICH), ("KEN", POOR), ("CHN", POOR), (None, RICH)]
)
def test_an_unknown_country_gets_no_reduction(country, development):
    developed = frozenset(row.country for row in facts(DevelopedCountry, shipped("developed_countries.csv")))
    assert status_of(country, developed) is development


def test_every_rule_of_the_contract_is_stated_and_says_how_sure_it_is():
    rules = MembershipRules(facts(MembershipRule, shipped("membership_rules.csv")))
    on = rules.on(TODAY)
    assert (on.notice_months, on.due, on.invoice_by) == (6, (3, 31), (9, 15))
    assert (on.suspension_days, on.exclusion_days, on.due_on(2027)) == (180, 90, date(2027, 3, 31))
    assert on.repayment_years == {"sector_member": 5, "developed": 5, "developing": 10, "ldc": 15}
    assert (on.interest_first, on.interest_later, on.interest_later_from_month) == (3, 6, 7)
    assert (on.reduction_limit, on.reduction_from_units) == (15, 3)
    unsure = {rule for rule in Rule if rules.line(rule, TODAY).certainty is Certainty.UNVERIFIED}
    assert unsure == {
        Rule.DUE_DAYS,
        Rule.INTEREST_FIRST,
        Rule.INTEREST_LATER,
        Rule.INTEREST_LATER_FROM_MONTH,
        Rule.VOTE_YEARS,
    }
