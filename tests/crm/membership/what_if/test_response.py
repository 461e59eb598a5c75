import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.what_if import fees, ranges

from crm.membership.what_if.response import (
    chances,
    expected_after,
    expected_before,
    pressure_after,
    pressure_before,
)

share = st.floats(0, 2)
amounts = st.integers(0, 10_000_000)


def rates(**stated):
    return np.array([[each.likely for each in ranges(**stated)]])


def after(kind, **stated):
    return chances(rates(**stated), pressure_after(fees(kind)))


def test_without_an_answer_everybody_pays_the_fee():
    kinds = fees({"count": 3, "before": 1060000, "after": 1200000}, {"count": 2, "before": 198750})
    assert expected_before(rates(), kinds) == [3 * 1060000 + 2 * 198750]
    assert expected_after(rates(), kinds) == [3 * 1200000 + 2 * 198750]


@pytest.mark.parametrize(
    ("kind", "stated", "exits"),
    [
        ({"before": 100, "after": 110}, {"exit_anyway": 0.04, "exit_by_rise": 0.3}, 0.07),
        ({"before": 100, "after": 90}, {"exit_anyway": 0.04, "exit_by_rise": 0.3}, 0.04),
        (
            {"before": 0, "after": 90},
            {"exit_anyway": 0.04, "exit_by_rise": 9, "exit_of_new_payers": 0.4},
            0.44,
        ),
        ({"before": 0, "after": 0}, {"exit_anyway": 0.04, "exit_of_new_payers": 0.4}, 0.04),
        ({"before": 100, "after": 1000}, {"exit_by_rise": 0.3}, 1),
    ],
)
def test_members_end_by_how_much_their_fee_grows(kind, stated, exits):
    assert after(kind, **stated).exits == pytest.approx(exits)


@pytest.mark.parametrize(
    ("kind", "stated", "moves"),
    [
        # A Sector Member would save 60 before and 90 after: by 30 more, of a fee of 100.
        (
            {"before": 100, "other_before": 40, "after": 130, "step": -1},
            {"downgrade_anyway": 0.01, "downgrade_by_saving": 0.2, "upgrade_anyway": 0.5},
            0.07,
        ),
        # The step up of an Associate shrinks from 60 to 30: by half.
        (
            {"before": 40, "other_before": 100, "after": 70, "step": 1},
            {"upgrade_anyway": 0.01, "upgrade_by_narrowing": 0.2, "downgrade_anyway": 0.5},
            0.11,
        ),
        # The step up grows: only those move who move anyway.
        (
            {"before": 40, "other_before": 100, "after": 20, "step": 1},
            {"upgrade_anyway": 0.01, "upgrade_by_narrowing": 0.2},
            0.01,
        ),
        ({"before": 40, "after": 70}, {"upgrade_anyway": 0.5, "downgrade_anyway": 0.5}, 0),
        # An Associate whom the changes make a Sector Member has another step than before.
        (
            {"before": 40, "other_before": 100, "after": 100, "other_after": 40, "step": 1, "step_after": -1},
            {"upgrade_anyway": 0.5, "downgrade_anyway": 0.01, "downgrade_by_saving": 0.9},
            0.01,
        ),
    ],
)
def test_members_move_by_what_it_costs_or_saves(kind, stated, moves):
    assert after(kind, **stated).moves == pytest.approx(moves)


def test_only_those_to_whom_a_change_opens_a_lower_class_take_it():
    there = after({"before": 100, "after": 100, "lower": 50}, lower_class=0.3, exit_anyway=0.1)
    assert there.lower == pytest.approx(0.27)
    assert after({"before": 100, "after": 100}, lower_class=0.3).lower == 0


def test_before_the_changes_only_those_go_who_go_anyway():
    stated = {"exit_anyway": 0.04, "exit_by_rise": 0.3, "upgrade_anyway": 0.01, "upgrade_by_narrowing": 0.2}
    kinds = fees({"before": 40, "after": 80, "other_before": 100, "step": 1})
    there = chances(rates(**stated), pressure_before(kinds))
    assert (there.exits.item(), there.moves.item(), there.lower.item()) == (0.04, 0.01, 0)


@given(
    amounts, amounts, amounts, amounts, st.sampled_from([-1, 0, 1]), st.lists(share, min_size=8, max_size=8)
)
def test_chances_are_chances(before, now, other_before, other_after, step, given_rates):
    kinds = fees(
        {
            "before": before,
            "after": now,
            "lower": min(now, other_after),
            "other_before": other_before,
            "other_after": other_after,
            "step": step,
        }
    )
    there = chances(np.minimum(np.array([given_rates]), [2] * 7 + [1]), pressure_after(kinds))
    each = (there.exits.item(), there.moves.item(), there.lower.item())
    assert all(0 <= chance <= 1 for chance in each)
    assert sum(each) <= 1 + 1e-12


@given(amounts.filter(bool), amounts, amounts, share, share)
def test_a_higher_fee_never_ends_fewer_memberships(before, one, other, anyway, by_rise):
    lower, higher = sorted((one, other))
    stated = {"exit_anyway": anyway, "exit_by_rise": by_rise}
    assert (
        after({"before": before, "after": lower}, **stated).exits
        <= after({"before": before, "after": higher}, **stated).exits
    )
