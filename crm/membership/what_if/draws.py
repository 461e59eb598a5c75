"""The draws: every membership decides in every draw, before and after the changes with the same luck.

A membership has one uniform number a draw. It ends where the number falls below its chance of ending, moves where it
falls above one less its chance of moving; so whoever leaves without the changes leaves with them too, and the difference
between before and after is what the changes do. Memberships of one kind stand side by side, and only their counts are kept:
whole numbers of memberships times whole centimes lose nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from crm.membership.what_if.ranges import Range
from crm.membership.what_if.response import (
    Chances,
    Fees,
    Floats,
    chances,
    pressure_after,
    pressure_before,
)
from crm.reference.response_assumptions import Shape

CELLS = 1 << 18
"""Members times draws at once: a megabyte of numbers, which stays near the processor."""

Progress = Callable[[int, int], None]
Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Groups:
    """To which groups the memberships of each kind belong: a line a kind, a column a group, 1 where it belongs.

    Args:
        before: as they are today.
        after: after the changes, which may put them into another category or another rate.
        moved_before: where they would be after moving to the other category today.
        moved_after: where they would be after moving, after the changes.
    """

    before: Floats
    after: Floats
    moved_before: Floats
    moved_after: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """What the draws gave on one side of the change; a line a draw, a column a group.

    Args:
        revenue: in centimes a year.
        exits: how many memberships ended.
        upgrades: how many Associates became Sector Members.
        downgrades: how many Sector Members became Associates.
        lower: how many took a lower class.
    """

    revenue: Floats
    exits: Floats
    upgrades: Floats
    downgrades: Floats
    lower: Floats


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the draws gave.

    Args:
        rates: the rates of each draw.
        before: without the changes.
        after: with them.
        exit_before: how likely a membership of each kind ends without them, in the mean of the draws.
        exit_after: the same with them.
    """

    rates: Floats
    before: Side
    after: Side
    exit_before: Floats
    exit_after: Floats


def draw(
    fees: Fees,
    groups: Groups,
    ranges: Sequence[Range],
    *,
    draws: int,
    seed: int,
    cells: int = CELLS,
    progress: Progress | None = None,
) -> Drawn:
    """Let all memberships decide, so many times.

    Args:
        fees: what each kind pays.
        groups: to which groups each kind belongs.
        ranges: one for each rate, in the order of `RATES`.
        draws: how many times.
        seed: where chance begins; the same seed gives the same draws, whatever is changed.
        cells: how many decisions are held in memory at once; it changes nothing else.
        progress: told how many draws are done, and of how many.
    """
    rates, luck = rates_of(ranges, draws=draws, seed=seed)
    sides = _Tally(fees, groups, draws, after=False), _Tally(fees, groups, draws, after=True)
    members = int(fees.count.sum())
    size = max(1, cells // max(1, members))
    for first in range(0, draws, size):
        some = slice(first, min(first + size, draws))
        numbers = luck.random((some.stop - first, members), dtype=np.float32)
        for side in sides:
            side.take(some, rates[some], numbers)
        if progress is not None:
            progress(some.stop, draws)
    without, with_them = sides
    return Drawn(rates, without.side, with_them.side, without.exits / draws, with_them.exits / draws)


def rates_of(ranges: Sequence[Range], *, draws: int, seed: int) -> tuple[Floats, np.random.Generator]:
    """The rates of each draw, and the luck of the members, which does not depend on them.

    Args:
        ranges: one for each rate.
        draws: how many times.
        seed: where chance begins.
    """
    of_rates, of_members = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(2))
    luck = of_rates.random((draws, len(ranges)))
    return np.column_stack([values_at(each, luck[:, at]) for at, each in enumerate(ranges)]), of_members


def values_at(uncertain: Range, luck: Floats) -> Floats:
    """The values below which a range lies with given chances: equal luck gives equal values.

    Args:
        uncertain: the range.
        luck: the chances, e.g. uniform draws from 0 to 1.
    """
    low, likely, high = uncertain.low, uncertain.likely, uncertain.high
    if uncertain.shape is Shape.UNIFORM or low == high:
        return low + luck * (high - low)
    below = low + np.sqrt(luck * (high - low) * (likely - low))
    above = high - np.sqrt((1 - luck) * (high - low) * (high - likely))
    return cast("Floats", np.where(luck * (high - low) < likely - low, below, above))


class _Tally:
    """One side of the change, filled some draws at a time."""

    def __init__(self, fees: Fees, groups: Groups, draws: int, *, after: bool) -> None:
        self._fees = fees
        self._pressure = pressure_after(fees) if after else pressure_before(fees)
        self._there = groups.after if after else groups.before
        self._moved = groups.moved_after if after else groups.moved_before
        self._pays = fees.after if after else fees.before
        self._would_pay = fees.other_after if after else fees.other_before
        step = (fees.step_after if after else fees.step_before)[:, None]
        self._up, self._down = self._there * (step == 1), self._there * (step == -1)
        shape = (draws, self._there.shape[1])
        self.side = Side(*(np.zeros(shape) for _ in range(5)))
        self.exits = np.zeros(len(fees.count))

    def take(self, some: slice, rates: Floats, numbers: Single) -> None:
        """Let the memberships decide by their numbers in some of the draws."""
        fees, side, likely = self._fees, self.side, chances(rates, self._pressure)
        exits, moves, lower = _decided(numbers, likely, fees)
        kept = fees.count - exits - moves - lower
        side.revenue[some] = (kept * self._pays + lower * fees.lower) @ self._there
        side.revenue[some] += (moves * self._would_pay) @ self._moved
        side.exits[some] = exits @ self._there
        side.upgrades[some] = moves @ self._up
        side.downgrades[some] = moves @ self._down
        side.lower[some] = lower @ self._there
        self.exits += likely.exits.sum(axis=0)


def _decided(numbers: Single, likely: Chances, fees: Fees) -> tuple[Floats, Floats, Floats]:
    """How many of each kind end, move, and take the lower class."""
    to_exits, to_lower = likely.exits, likely.exits + likely.lower
    # 1 - (1 - x) is not x in every case; nobody may end and move.
    to_kept = np.maximum(to_lower, 1 - likely.moves)
    exits, kept = _below(numbers, to_exits, fees), _below(numbers, to_kept, fees)
    lower = _below(numbers, to_lower, fees) - exits if likely.lower.any() else np.zeros_like(exits)
    return exits, fees.count - kept, lower


def _below(numbers: Single, limits: Floats, fees: Fees) -> Floats:
    """How many numbers of each kind lie below its limit."""
    # A number is at most the largest below 1 that 24 bits hold, so a limit of 1 is above all of them.
    under = numbers < np.repeat(limits.astype(np.float32), fees.count, axis=1)
    starts = np.cumsum(fees.count) - fees.count
    counted = np.add.reduceat(under, starts, axis=1, dtype=np.int32)
    return counted.astype(np.float64)  # what amounts are multiplied with, at the speed of BLAS
