"""What matters most: each rate alone at its low and at its high value, all others at their likely ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm.membership.what_if.ranges import Range
from crm.membership.what_if.response import RATES, Fees, Floats, expected_after, expected_before
from crm.reference.response_assumptions import Rate
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Swing(Shown):
    """What one rate does to the net revenue, in centimes a year.

    Args:
        rate: which one.
        at_low: the net revenue to expect with the rate at its low value.
        at_high: the same with the rate at its high value.
    """

    rate: Rate
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the two lie apart."""
        return abs(self.at_high - self.at_low)


def tornado(fees: Fees, ranges: Sequence[Range]) -> tuple[Swing, ...]:
    """What each rate alone does to the net revenue to expect, the one that matters most first.

    Args:
        fees: what each kind of membership pays.
        ranges: one for each rate, in the order of `RATES`.
    """
    likely = np.array([each.likely for each in ranges])
    at_low = net(fees, _one_at_a_time(likely, [each.low for each in ranges]))
    at_high = net(fees, _one_at_a_time(likely, [each.high for each in ranges]))
    swings = (Swing(rate, float(at_low[at]), float(at_high[at])) for at, rate in enumerate(RATES))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def net(fees: Fees, rates: Floats) -> Floats:
    """What the changes bring in a year, in centimes, to expect with each set of rates."""
    return expected_after(rates, fees) - expected_before(rates, fees)


def _one_at_a_time(likely: Floats, values: Sequence[float]) -> Floats:
    rates = np.tile(likely, (len(likely), 1))
    np.fill_diagonal(rates, values)
    return rates
