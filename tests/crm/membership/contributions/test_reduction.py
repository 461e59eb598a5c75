from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reference_facts import shipped_facts

from crm.membership.contributions.reduction import ClassRule, ClassRules, Compared, Earlier
from crm.reference.contribution_scale import Scale
from crm.reference.units import units_of

CLASSES = [fact for fact in shipped_facts("contribution_scale.csv") if fact.scale == "steps_of_one"]
SCALE = Scale(
    tuple(fact.units for fact in CLASSES),
    frozenset(fact.units for fact in CLASSES if fact.reserved),
    Fraction(40),
)
RULES = ClassRules(SCALE, Decimal(15), Fraction(3))

# From DOMAIN 1.3: the State, the year, from, to, and the lowest class that the limit allows.
AT_THE_LIMIT = [
    ("FRA", 2016, "25", "21"),
    ("ESP", 2016, "8", "6"),
    ("SWE", 2016, "5", "4"),
    ("BEL", 2016, "4", "3"),
    ("FIN", 2016, "3", "2"),
    ("DNK", 2016, "2", "1 1/2"),
    ("PRT", 2016, "2", "1 1/2"),
    ("HRV", 2016, "1/2", "1/4"),
    ("PAN", 2016, "1/2", "1/4"),
    ("SYR", 2016, "1/2", "1/4"),
    ("UKR", 2016, "1/2", "1/4"),
    ("CAN", 2020, "13", "11"),
    ("PRT", 2020, "1 1/2", "1"),
    ("AGO", 2020, "1/4", "1/8"),
    ("GIN", 2020, "1/4", "1/8"),
    ("CHL", 2024, "1", "1/2"),
    ("VEN", 2024, "1", "1/2"),
    ("LKA", 2024, "1/2", "1/4"),
    ("YEM", 2024, "1/8", "1/16"),
]
BEYOND_IT = [("CAN", 2016, "18", "13", "15"), ("LBY", 2024, "1", "1/4", "1/2")]


def earlier(units, compared=Compared.IN_FORCE):
    return Earlier(units_of(units), date(2015, 1, 1), compared)


def warnings(units, *before, ground="least developed country"):
    return RULES.warnings(units_of(units), earlier=[earlier(each) for each in before], ground=ground)


@pytest.mark.parametrize(("state", "year", "before", "after"), AT_THE_LIMIT)
def test_a_reduction_to_the_limit_is_no_matter(state, year, before, after):
    assert RULES.lowest_after(units_of(before)) == units_of(after)
    assert warnings(after, before) == ()


@pytest.mark.parametrize(("state", "year", "before", "after", "lowest"), BEYOND_IT)
def test_a_reduction_beyond_the_limit_is_warned_of_with_what_it_is_compared_with(
    state, year, before, after, lowest
):
    (warning,) = warnings(after, before)
    assert (warning.rule, warning.lowest) == (ClassRule.REDUCTION_LIMIT, units_of(lowest))
    assert warning.earlier == earlier(before)
    assert f"{before} (last in force, since 2015-01-01)" in str(warning)


@pytest.mark.parametrize(
    ("before", "lowest"),
    [
        ("42", "35"),
        ("41", "34"),
        ("40", "34"),
        ("20", "17"),
        ("10", "8"),
        ("3", "2"),
        ("2", "1 1/2"),
        ("1/16", "1/16"),
    ],
)
def test_the_limit_is_rounded_down_to_a_class_of_the_scale(before, lowest):
    assert RULES.lowest_after(units_of(before)) == units_of(lowest)


def test_a_class_that_was_changed_inside_the_period_is_compared_with_both_earlier_ones():
    """Pakistan went from 1 to 2 units in 2018 and back to 1 in 2020."""
    chosen, last = earlier("1", Compared.CHOSEN), earlier("2")
    (warning,) = RULES.warnings(Fraction(1), earlier=[chosen, last], ground=None)
    assert (warning.earlier, warning.lowest) == (last, Fraction(3, 2))


def test_the_small_classes_are_reserved():
    (warning,) = warnings("1/8", "1/4", ground=None)
    assert (warning.rule, warning.lowest, warning.earlier) == (ClassRule.SMALL_CLASS, Fraction(1, 4), None)
    assert warnings("1/4", "1/2", ground=None) == ()
    assert len(warnings("1/16", "1/4", ground=None)) == 2


def test_a_small_class_that_is_only_kept_is_no_matter():
    """States keep their class by default, also those that are no least developed countries any more."""
    assert warnings("1/16", "1/16", ground=None) == ()
    assert len(warnings("1/8", "1/16", ground=None)) == 1
    chosen, last = earlier("1/16", Compared.CHOSEN), earlier("1/4")
    assert len(RULES.warnings(Fraction(1, 16), earlier=[chosen, last], ground=None)) == 2


def test_a_warning_says_until_when_a_state_might():
    former = "a least developed country until 2026-11-24 (unverified)"
    (warning,) = RULES.warnings(Fraction(1, 8), earlier=[earlier("1/4")], ground=None, former_ground=former)
    assert f"not known to be one ({former})" in str(warning)


def test_a_state_without_a_ground_goes_no_further_down_than_to_a_quarter():
    assert RULES.lowest_open_to(Fraction(1, 4), ground=None) == Fraction(1, 4)
    assert RULES.lowest_open_to(Fraction(1, 4), ground="least developed country") == Fraction(1, 8)
    assert RULES.lowest_open_to(Fraction(1, 16), ground=None) == Fraction(1, 16)
    assert RULES.lowest_open_to(Fraction(21), ground=None) == 17


@given(st.sampled_from(SCALE.classes) | st.integers(41, 200).map(Fraction))
def test_what_the_limit_allows_is_a_class_and_no_more_than_the_one_before(units):
    lowest = RULES.lowest_after(units)
    assert SCALE.holds(lowest)
    assert lowest < units or units == SCALE.classes[-1]
    assert lowest >= min(units * Fraction(85, 100), SCALE.below(units)) - 1
    assert RULES.warnings(lowest, earlier=[earlier(str(units))], ground="any") == ()
    if lowest > SCALE.classes[-1]:
        assert RULES.warnings(SCALE.below(lowest), earlier=[earlier(str(units))], ground="any")
