import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.what_if import NOTHING, fees, ranges, together

from crm.membership.what_if.draws import draw, values_at
from crm.membership.what_if.ranges import Range
from crm.membership.what_if.response import expected_after, expected_before
from crm.reference.response_assumptions import Shape

KINDS = fees(
    {"count": 120, "before": 1060000, "after": 1200000, "step": 1, "other_before": 3180000},
    {"count": 40, "before": 3180000, "after": 3498000, "step": -1, "other_before": 1060000, "lower": 1590000},
    {"count": 25, "before": 198750},
    {"count": 3, "before": 0, "after": 3180000},
)
ANSWERS = ranges(
    exit_anyway=Range(0.02, 0.04, 0.08),
    exit_by_rise=Range(0.1, 0.3, 0.8),
    exit_of_new_payers=Range(0.2, 0.4, 0.7),
    downgrade_anyway=0.01,
    downgrade_by_saving=0.2,
    upgrade_anyway=Range(0.01, 0.02, 0.05, Shape.UNIFORM),
    upgrade_by_narrowing=0.2,
    lower_class=0.3,
)


def drawn(kinds=KINDS, answers=ANSWERS, draws=40, seed=7, **more):
    return draw(kinds, together(kinds), answers, draws=draws, seed=seed, **more)


def test_without_an_answer_every_draw_is_exact_to_the_centime():
    found = drawn(answers=NOTHING)
    assert set(found.before.revenue.ravel()) == {120 * 1060000 + 40 * 3180000 + 25 * 198750}
    assert set(found.after.revenue.ravel()) == {120 * 1200000 + 40 * 3498000 + 25 * 198750 + 3 * 3180000}


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    one, again, other = drawn(seed=7), drawn(seed=7), drawn(seed=8)
    assert np.array_equal(one.after.revenue, again.after.revenue)
    assert not np.array_equal(one.after.revenue, other.after.revenue)


@pytest.mark.parametrize("cells", [1, 188, 1000, 10**9])
def test_how_much_is_held_in_memory_at_once_changes_nothing(cells):
    assert np.array_equal(drawn(cells=cells).after.revenue, drawn().after.revenue)


def test_a_draw_with_one_answer_is_that_answer():
    kinds = fees({"count": 10, "before": 100, "after": 200, "lower": 50, "step": 1, "other_before": 300})
    assert set(drawn(kinds, ranges(exit_by_rise=1)).after.exits.ravel()) == {10}
    moved = drawn(kinds, ranges(upgrade_by_narrowing=2))
    assert (set(moved.after.upgrades.ravel()), set(moved.after.revenue.ravel())) == ({10}, {3000})
    lowered = drawn(kinds, ranges(lower_class=1))
    assert (set(lowered.after.lower.ravel()), set(lowered.after.revenue.ravel())) == ({10}, {500})


def test_whoever_leaves_without_the_changes_leaves_with_them():
    found = drawn(draws=500)
    assert np.all(found.after.exits >= found.before.exits)
    assert np.any(found.after.exits > found.before.exits)


def test_a_change_of_nothing_changes_no_draw():
    kinds = fees({"count": 50, "before": 1060000, "step": 1, "other_before": 3180000})
    found = drawn(kinds)
    assert np.array_equal(found.before.revenue, found.after.revenue)
    assert len(set(found.before.revenue.ravel())) > 1


def test_the_mean_of_the_draws_comes_to_what_is_expected():
    found, draws = drawn(draws=20_000), 20_000
    for side, expected in ((found.before, expected_before), (found.after, expected_after)):
        revenue = side.revenue[:, 0]
        # The mean of the draws of the rates is known for each draw; what is left is the luck of the members.
        left = revenue - expected(found.rates, KINDS)
        assert abs(left.mean()) < 4 * left.std() / np.sqrt(draws)


def test_more_draws_come_closer():
    likely = expected_after(drawn(draws=50_000).rates, KINDS).mean()
    few, many = (
        [abs(drawn(draws=draws, seed=seed).after.revenue.mean() - likely) for seed in range(30)]
        for draws in (20, 2000)
    )
    assert np.mean(many) < np.mean(few) / 4  # a hundred times as many draws: about a tenth


def test_the_chance_of_ending_is_the_mean_over_the_draws():
    found = drawn(answers=ranges(exit_anyway=0.04, exit_by_rise=0.5))
    assert found.exit_before == pytest.approx([0.04] * 4)
    assert found.exit_after == pytest.approx([0.04 + 0.5 * 14 / 106, 0.04 + 0.05, 0.04, 0.04])


def test_an_empty_membership_pays_nothing():
    found = drawn(fees())
    assert not found.after.revenue.any()


def test_progress_is_told_to_the_end():
    told = []
    drawn(draws=10, cells=188 * 4, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 10), (8, 10), (10, 10)]


@given(st.integers(0, 2**32), st.integers(100, 200), st.integers(100, 200), st.floats(0, 1), st.floats(0, 1))
def test_a_stronger_answer_never_keeps_more_members_in_any_draw(seed, one, other, weak, strong):
    lower, higher = sorted((one, other))
    weaker, stronger = sorted((weak, strong))
    mild = drawn(fees({"count": 9, "before": 100, "after": lower}), ranges(exit_by_rise=weaker), seed=seed)
    harsh = drawn(
        fees({"count": 9, "before": 100, "after": higher}), ranges(exit_by_rise=stronger), seed=seed
    )
    assert np.all(harsh.after.exits >= mild.after.exits)


ordered = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)


@given(ordered, st.sampled_from(Shape), st.floats(0, 1), st.floats(0, 1))
def test_values_stay_in_their_range_and_rise_with_luck(values, shape, one, other):
    uncertain = Range(*values, shape)
    low, high = values_at(uncertain, np.array(sorted((one, other))))
    assert uncertain.low - 1e-12 <= low <= high + 1e-12 <= uncertain.high + 2e-12


def test_half_of_a_triangle_lies_below_its_median():
    even = Range(0, 1, 2)
    assert values_at(even, np.array([0, 0.125, 0.5, 0.875, 1])) == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert values_at(Range(0, 0, 1, Shape.UNIFORM), np.array([0.25])) == pytest.approx([0.25])
