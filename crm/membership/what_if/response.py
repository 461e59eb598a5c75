"""How members answer to a change of their fee: the stated model, as arithmetic on arrays.

Within a year a membership is kept, ended, moved to the other category (a Sector Member becomes an Associate of the same
Sector, an Associate a Sector Member), or kept in a lower class where a change opens one. With rates r, for each of them:

- ends: ``r.exit_anyway + r.exit_by_rise x rise``, where ``rise`` is by how much its fee grows, as a share of the fee
  before and never below 0; one that paid nothing and now pays: ``r.exit_anyway + r.exit_of_new_payers``;
- becomes an Associate: ``r.downgrade_anyway + r.downgrade_by_saving x widening``, where ``widening`` is by how much the
  amount saved by it grows, as a share of the fee before;
- becomes a Sector Member: ``r.upgrade_anyway + r.upgrade_by_narrowing x narrowing``, where ``narrowing`` is by how much
  the step up to the minimum class shrinks, as a share of the step before;
- takes the lower class: ``r.lower_class`` of those who stay.

Each is held between 0 and 1, and who ends does not move. Lower fees keep nobody who leaves anyway. Nothing here was fitted
to the answers of real members: no data on them is published.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from crm.reference.response_assumptions import Rate

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

RATES = tuple(Rate)
"""The rates in the order of their columns: those of ending, those of moving, and that of taking a lower class."""

_EXITS, _MOVES, _LOWER = slice(0, 3), slice(3, 7), RATES.index(Rate.LOWER_CLASS)


@dataclass(frozen=True, slots=True)
class Fees:
    """What kinds of memberships pay before and after, in centimes a year; one entry a kind.

    Args:
        count: how many memberships are of this kind, one at the least.
        before: the fee today.
        after: the fee after the changes, if nothing else changes.
        lower: the fee after the changes in the lower class that they open; `after` where they open none.
        step_before: 1 where the other category is a step up today, -1 where it is a step down, 0 where there is none.
        step_after: the same after the changes, which may put it into another category.
        other_before: the fee of the other category today.
        other_after: the same after the changes.
    """

    count: Counts
    before: Floats
    after: Floats
    lower: Floats
    step_before: NDArray[np.int8]
    step_after: NDArray[np.int8]
    other_before: Floats
    other_after: Floats


@dataclass(frozen=True, slots=True)
class Pressure:
    """What rates are multiplied with: a line for each rate of ending or of moving, a column for each kind."""

    exits: Floats
    moves: Floats
    lower: Floats


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each kind ends, moves, or takes the lower class; a line for each set of rates."""

    exits: Floats
    moves: Floats
    lower: Floats


def pressure_before(fees: Fees) -> Pressure:
    """What works on memberships whose fees do not change."""
    nothing = np.zeros(len(fees.before))
    return Pressure(
        exits=np.stack([nothing + 1, nothing, nothing]),
        moves=np.stack([fees.step_before == -1, nothing, fees.step_before == 1, nothing]),
        lower=nothing,
    )


def pressure_after(fees: Fees) -> Pressure:
    """What works on memberships once the changes are there."""
    anyway = np.ones(len(fees.before))
    rise = _share(fees.after - fees.before, fees.before)
    step_before, step_after = fees.other_before - fees.before, fees.other_after - fees.after
    # What becomes of a step can only be said where it is the same step before and after.
    down, up = fees.step_after == -1, fees.step_after == 1
    same = fees.step_before == fees.step_after
    widening = same * down * _share(step_before - step_after, fees.before)
    narrowing = same * up * _share(step_before - step_after, step_before)
    return Pressure(
        exits=np.stack([anyway, rise, (fees.before == 0) & (fees.after > 0)]),
        moves=np.stack([down, widening, up, narrowing]),
        lower=(fees.lower < fees.after).astype(np.float64),
    )


def chances(rates: Floats, pressure: Pressure) -> Chances:
    """How likely each kind of membership ends, moves or takes the lower class.

    Args:
        rates: a line for each set of rates, in the order of `RATES`.
        pressure: what works on them.
    """
    exits = np.clip(rates[:, _EXITS] @ pressure.exits, 0, 1)
    moves = np.minimum(np.clip(rates[:, _MOVES] @ pressure.moves, 0, 1), 1 - exits)
    lower = np.outer(rates[:, _LOWER], pressure.lower) * (1 - exits - moves)
    return Chances(exits, moves, lower)


def expected_before(rates: Floats, fees: Fees) -> Floats:
    """The revenue of the year to expect without the changes, in centimes, for each set of rates."""
    there = chances(rates, pressure_before(fees))
    kept = 1 - there.exits - there.moves
    return (kept * fees.before + there.moves * fees.other_before) @ fees.count


def expected_after(rates: Floats, fees: Fees) -> Floats:
    """The revenue of the year to expect with the changes, in centimes, for each set of rates."""
    there = chances(rates, pressure_after(fees))
    kept = 1 - there.exits - there.moves - there.lower
    paid = kept * fees.after + there.lower * fees.lower + there.moves * fees.other_after
    return paid @ fees.count


def _share(change: Floats, of: Floats) -> Floats:
    """A change as a share, never below 0; 0 of nothing."""
    found = np.divide(change, of, out=np.zeros(len(of)), where=of > 0)
    return cast("Floats", np.maximum(found, 0))
