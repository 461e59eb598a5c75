"""The interval holds the true difference often enough: every table of small arms is tried, none is drawn."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from campaigns.counts import Count
from campaigns.exact import difference_interval

LEVELS = np.linspace(0.02, 0.98, 13)


@cache
def intervals(one: int, other: int) -> dict[tuple[int, int], tuple[float, float]]:
    return {
        (a, b): difference_interval(Count(a, one), Count(b, other), confidence=0.95)
        for a in range(one + 1)
        for b in range(other + 1)
    }


@pytest.mark.parametrize(("one", "other"), [(10, 4), (6, 6), (3, 9)])
def test_the_interval_holds_the_true_difference_in_95_of_100_tables_whatever_the_true_shares(one, other):
    for share in LEVELS:
        for other_share in LEVELS:
            weights = np.outer(
                binom.pmf(range(one + 1), one, share), binom.pmf(range(other + 1), other, other_share)
            )
            held = sum(
                weights[table]
                for table, (low, high) in intervals(one, other).items()
                if low <= share - other_share <= high
            )
            assert held >= 0.95, (share, other_share)


def test_the_interval_is_not_far_wider_than_one_for_large_samples():
    # Miettinen and Nurminen's interval of 56 of 70 beside 48 of 80 (Newcombe, Statistics in Medicine 17, 1998).
    low, high = difference_interval(Count(56, 70), Count(48, 80), confidence=0.95)
    assert low == pytest.approx(0.0528, abs=0.01)
    assert high == pytest.approx(0.3382, abs=0.01)


counts = st.integers(1, 60).flatmap(lambda of: st.integers(0, of).map(lambda did: Count(did, of)))


@settings(max_examples=25)
@given(counts, counts)
def test_the_interval_holds_what_was_counted_and_turns_round_with_the_arms(one, other):
    low, high = difference_interval(one, other, confidence=0.95)
    assert -1 <= low <= one.share - other.share <= high <= 1
    turned = difference_interval(other, one, confidence=0.95)
    assert turned == pytest.approx((-high, -low), abs=0.001)


@settings(max_examples=25)
@given(counts, counts)
def test_more_confidence_never_narrows_the_interval(one, other):
    low, high = difference_interval(one, other, confidence=0.95)
    lower, higher = difference_interval(one, other, confidence=0.975)
    assert lower <= low + 1e-9
    assert higher >= high - 1e-9


def test_large_arms_are_no_matter_of_minutes_and_narrow():
    low, high = difference_interval(Count(1900, 19_000), Count(150, 2_000), confidence=0.95)
    assert 0.01 < low < high < 0.04
