from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from faults.plan import AFTER_INTENT, BEFORE_INTENT, ZONES, Deed, plan
from support.kill_points import KILL_POINTS
from support.smtp_server import FAULTS

SEEDS = range(40)
CHANGE_NO_MORE = {"Asia/Tehran", "Pacific/Apia"}


def test_a_seed_is_a_round():
    assert plan(7, letters=500) == plan(7, letters=500)
    assert plan(7, letters=500) != plan(8, letters=500)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_point_every_fault_and_every_deed_is_in_every_round(seed):
    found = plan(seed, letters=200)
    assert {step.detail for step in found.steps if step.deed is Deed.KILL_AT} == set(KILL_POINTS)
    assert set(FAULTS) <= set(found.faults)
    assert {step.deed for step in found.steps} | {Deed.CANCEL} == set(Deed)


def test_the_points_are_on_both_sides_of_the_intent():
    assert (*BEFORE_INTENT, *AFTER_INTENT, "outcome") == KILL_POINTS


@pytest.mark.parametrize("seed", SEEDS)
def test_what_stands_still_goes_on_again_before_the_end(seed):
    frozen = 0
    for step in plan(seed, letters=200).steps:
        frozen += {Deed.FREEZE_AT: 1, Deed.THAW: -1}.get(step.deed, 0)
        assert step.after < 200
    assert frozen == 0


def test_more_letters_bring_more_of_everything():
    few, many = plan(1, letters=200), plan(1, letters=2000)
    assert len(many.steps) > 4 * len(few.steps)
    assert len(many.faults) > 4 * len(few.faults)


def test_some_rounds_are_cancelled_and_most_are_not():
    cancelled = [any(step.deed is Deed.CANCEL for step in plan(seed, letters=200).steps) for seed in SEEDS]
    assert 0 < sum(cancelled) < len(SEEDS) / 2


def test_all_zones_have_their_turn():
    assert {plan(seed, letters=200).zone for seed in SEEDS} == set(ZONES)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: f"{zone.name} {zone.turn:%B}")
def test_the_clocks_change_at_the_turn_of_a_zone_where_they_still_do(zone):
    before, after = (
        (zone.turn + by).astimezone(ZoneInfo(zone.name)).utcoffset()
        for by in (-timedelta(seconds=1), timedelta())
    )
    assert (before == after) is (zone.name in CHANGE_NO_MORE)
