"""A provisional round beside the definitive one: who stayed with what it had announced. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from crm.membership.contributions.announcements import Announcement
from crm.membership.contributions.class_history import in_money
from crm.membership.contributions.round_standing import RoundStanding
from crm.shown import Shown


class Agreement(StrEnum):
    """How the answers of a Member State in two rounds go together.

    Attributes:
        SAME: both name the same class.
        HIGHER: the later one names a higher class.
        LOWER: the later one names a lower class.
        ONLY_FIRST: it answered in the earlier round alone, and so keeps what it has.
        ONLY_SECOND: it answered in the later round alone.
        NEITHER: it answered in none.
    """

    SAME = "same"
    HIGHER = "higher"
    LOWER = "lower"
    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class StateCompared(Shown):
    """One Member State in two rounds.

    Attributes:
        state: ISO 3166 alpha-3.
        name: its name in English.
        before: its class before the period.
        first: what it announced in the earlier round.
        second: what it announced in the later round.
        agreement: how they go together.
        change: by how many units the later round differs; whoever announces nothing keeps its class.
    """

    state: str
    name: str
    before: Fraction | None
    first: Fraction | None
    second: Fraction | None
    agreement: Agreement
    change: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundComparison(Shown):
    """Two rounds about the same period.

    Attributes:
        first: the name of the earlier round.
        second: the name of the later one.
        states: every Member State in both.
        counts: how many States there are of each agreement.
        units_first: the units of all by the earlier round; whoever announced nothing keeps its class (unverified).
        units_second: the same by the later one.
        chf_change: by how much the contributions of a year differ, at the unit amount of the later round.
        unit: that amount with where it comes from and how certain it is, in words.
    """

    first: str
    second: str
    states: tuple[StateCompared, ...]
    counts: Mapping[Agreement, int]
    units_first: Fraction
    units_second: Fraction
    chf_change: Decimal
    unit: str

    def __str__(self) -> str:
        counts = ", ".join(
            f"{count} {agreement.replace('_', ' ')}" for agreement, count in self.counts.items()
        )
        return (
            f"{self.first} beside {self.second}: {counts}; CHF {self.chf_change:+,.2f} a year"
            f" at a unit of {self.unit}."
        )


def compared(first: RoundStanding, second: RoundStanding) -> RoundComparison:
    """Set two rounds side by side, each as it stands on a day.

    Args:
        first: the earlier round, mostly the provisional one.
        second: the later one, mostly the definitive one.
    """
    later = {each.state: each for each in second.states}
    states = tuple(_state(each, later[each.state]) for each in first.states if each.state in later)
    return RoundComparison(
        first=first.name,
        second=second.name,
        states=states,
        counts=dict(Counter(each.agreement for each in states)),
        units_first=_units(first.states),
        units_second=_units(second.states),
        chf_change=in_money(_units(second.states) - _units(first.states), second.unit_amount),
        unit=second.unit,
    )


def _state(first: Announcement, second: Announcement) -> StateCompared:
    return StateCompared(
        first.state,
        first.name,
        first.before,
        first.announced,
        second.announced,
        _agreement(first.announced, second.announced),
        _kept_or_announced(second) - _kept_or_announced(first),
    )


def _agreement(first: Fraction | None, second: Fraction | None) -> Agreement:
    if first is None:
        return Agreement.NEITHER if second is None else Agreement.ONLY_SECOND
    if second is None:
        return Agreement.ONLY_FIRST
    if first == second:
        return Agreement.SAME
    return Agreement.HIGHER if second > first else Agreement.LOWER


def _units(states: Iterable[Announcement]) -> Fraction:
    return sum(map(_kept_or_announced, states), Fraction(0))


def _kept_or_announced(each: Announcement) -> Fraction:
    return each.announced or each.before or Fraction(0)
