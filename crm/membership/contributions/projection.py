"""What the units of all Member States may come to, under a stated assumption on those that have not answered. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from crm.errors import InvalidInput
from crm.membership.contributions.class_history import in_money
from crm.reference.units import units_in_words
from crm.shown import Shown

_RANGE = (0.1, 0.9)
"""Eight of ten outcomes lie between these quantiles."""


@dataclass(frozen=True, slots=True)
class Assumption(Shown):
    """What the Member States that have not answered are taken to do. It is printed with every projection.

    Attributes:
        lower: the chance that one goes down as far as the limit allows, from 0 to 1.
        higher: the chance that one goes up to the next class, from 0 to 1.
        basis: where the assumption comes from.

    Raises:
        InvalidInput: the chances are no such numbers, or are more than 1 together.
    """

    lower: Decimal = Decimal(0)
    higher: Decimal = Decimal(0)
    basis: str = "a State that announces nothing keeps its class (unverified)"

    def __post_init__(self) -> None:
        for name, chance in (("lower", self.lower), ("higher", self.higher)):
            if not 0 <= chance <= 1 or self.lower + self.higher > 1:
                hint = "Chances go from 0 to 1, and both together to 1: 0.1 for one in ten."
                raise InvalidInput(
                    f"{name}: {chance} is no such chance.", field=name, value=chance, hint=hint
                )

    def __str__(self) -> str:
        moves = [
            f"{(100 * chance).normalize():f} per cent {what}"
            for chance, what in (
                (self.lower, "go down as far as the limit allows"),
                (self.higher, "go up to the next class"),
            )
            if chance
        ]
        return f"{', '.join(moves) or 'all keep their class'}: {self.basis}"


KEEPS = Assumption()
"""That who does not answer keeps its class."""


@dataclass(frozen=True, slots=True)
class Projection(Shown):
    """What the units may come to; each State goes its own way, independently of the others.

    Attributes:
        assumption: on those that have not answered.
        states: how many these are.
        before: the units in force before the period.
        announced: by how much the answers change them.
        expected: the units that are expected.
        low: nine of ten outcomes are no lower, and eight of ten lie between it and `high`.
        high: nine of ten outcomes are no higher.
        chf_expected: by how much the contributions of a year change then, and so `chf_low` and `chf_high`.
    """

    assumption: Assumption
    states: int
    before: Fraction
    announced: Fraction
    expected: Fraction
    low: Fraction
    high: Fraction
    chf_expected: Decimal
    chf_low: Decimal
    chf_high: Decimal

    def __str__(self) -> str:
        low, expected, high = (f"{float(units):,.2f}" for units in (self.low, self.expected, self.high))
        return (
            f"{expected} units expected ({low} to {high}) after {units_in_words(self.before)}; of the {self.states} "
            f"States that have not answered, {self.assumption}"
        )


def projected(
    *,
    before: Fraction,
    announced: Fraction,
    open_moves: Sequence[tuple[Fraction, Fraction]],
    assumption: Assumption,
    unit_amount: Decimal,
) -> Projection:
    """What the units may come to: the exact distribution of the sum, without drawing at random.

    Args:
        before: the units in force before the period.
        announced: by how much the answers change them.
        open_moves: for each State that has not answered, how far it may go down (0 or less) and up (0 or more).
        assumption: on these States.
        unit_amount: one unit for a year, in CHF.
    """
    lower, higher = Fraction(assumption.lower), Fraction(assumption.higher)
    mean = sum((down * lower + up * higher for down, up in open_moves), Fraction(0))
    low, high = _quantiles(open_moves, float(lower), float(higher))
    expected, lowest, highest = (before + announced + change for change in (mean, low, high))
    return Projection(
        assumption=assumption,
        states=len(open_moves),
        before=before,
        announced=announced,
        expected=expected,
        low=lowest,
        high=highest,
        chf_expected=in_money(expected - before, unit_amount),
        chf_low=in_money(lowest - before, unit_amount),
        chf_high=in_money(highest - before, unit_amount),
    )


def _quantiles(moves: Iterable[tuple[Fraction, Fraction]], lower: float, higher: float) -> list[Fraction]:
    """The quantiles of the sum of all changes, counted in the smallest part of a unit that any of them has."""
    # NumPy takes as long to import as all the rest, and only a projection needs it here.
    import numpy as np  # noqa: PLC0415

    known = list(moves)
    parts = lcm(*(move.denominator for pair in known for move in pair))
    chances = np.ones(1)
    for down, up in known:
        one = np.zeros(int((up - down) * parts) + 1)
        one[0] += lower
        one[-1] += higher
        one[int(-down * parts)] += 1 - lower - higher
        chances = np.convolve(chances, one)
    lowest = sum((down for down, _ in known), Fraction(0))
    reached = np.cumsum(chances)
    places = (
        int(np.searchsorted(reached, at - 1e-9)) for at in _RANGE
    )  # sums of floats fall short by a hair
    return [lowest + Fraction(place, parts) for place in places]
