"""What a round may come to: the exact distribution, beside arithmetic that can be followed by hand."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.membership.contributions.projection import KEEPS, Assumption, projected

UNIT = Decimal(318000)


def project(moves, assumption, announced=Fraction(0)):
    return projected(
        before=Fraction(100), announced=announced, open_moves=moves, assumption=assumption, unit_amount=UNIT
    )


def test_whoever_keeps_its_class_changes_nothing():
    found = project([(Fraction(-3), Fraction(1))] * 5, KEEPS, announced=Fraction(-2))
    assert (found.expected, found.low, found.high, found.states) == (98, 98, 98, 5)
    assert found.chf_expected == found.chf_low == Decimal("-636000.00")
    assert "unverified" in str(found)


def test_one_state_that_may_go_down_or_up():
    found = project([(Fraction(-2), Fraction(1))], Assumption(Decimal("0.2"), Decimal("0.3"), "a guess"))
    assert found.expected == Fraction(100) - Fraction(2, 5) + Fraction(3, 10)
    assert (found.low, found.high) == (98, 101)
    assert found.chf_expected == Decimal("-31800.00")


def test_without_anybody_left_nothing_is_open():
    found = project([], Assumption(Decimal("0.5")))
    assert (found.expected, found.low, found.high) == (100, 100, 100)


MOVES = st.tuples(
    st.sampled_from([Fraction(0), Fraction(-1, 16), Fraction(-1, 2), Fraction(-3)]),
    st.sampled_from([Fraction(0), Fraction(1, 16), Fraction(1, 4), Fraction(1)]),
)


@given(st.lists(MOVES, max_size=5), st.integers(0, 10), st.integers(0, 10))
def test_the_range_is_that_of_every_outcome_counted_one_by_one(moves, lower, higher):
    if lower + higher > 10:
        lower, higher = 10 - lower, 10 - higher
    found = project(moves, Assumption(Decimal(lower) / 10, Decimal(higher) / 10, "counted"))
    ways = [(0, Fraction(10 - lower - higher, 10)), (1, Fraction(lower, 10)), (2, Fraction(higher, 10))]
    outcomes = {}
    for picks in product(ways, repeat=len(moves)):
        chance, units = Fraction(1), Fraction(100)
        for (way, part), (down, up) in zip(picks, moves, strict=True):
            chance, units = chance * part, units + (Fraction(0), down, up)[way]
        outcomes[units] = outcomes.get(units, 0) + chance
    assert found.expected == sum(units * chance for units, chance in outcomes.items())
    reached = {
        units: sum(chance for other, chance in outcomes.items() if other <= units)
        for units, chance in outcomes.items()
        if chance
    }
    for at, quantile in ((Fraction(1, 10), found.low), (Fraction(9, 10), found.high)):
        assert quantile == min(units for units, so_far in reached.items() if so_far >= at)


@pytest.mark.parametrize(("lower", "higher"), [("-0.1", "0"), ("0", "1.1"), ("0.6", "0.5")])
def test_chances_are_parts_of_1(lower, higher):
    with pytest.raises(InvalidInput):
        Assumption(Decimal(lower), Decimal(higher))
