"""How a round stands on a day: who answered what, what is at stake where, and what it may come to. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crm.membership.contributions.announcements import Announcement, Direction
from crm.membership.contributions.class_history import in_money
from crm.membership.contributions.projection import Projection
from crm.reference.units import units_in_words
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Stake(Shown):
    """What is at stake where some Member States go in one direction.

    Attributes:
        region: their development region, by slug; None: those of all regions.
        direction: where they go.
        states: how many they are.
        units: the units that they have before the period.
        change: by how many units they change.
        chf: what their units before the period are worth in a year, at the unit amount of the round.
        chf_change: by how much their contributions of a year change.
    """

    region: str | None
    direction: Direction
    states: int
    units: Fraction
    change: Fraction
    chf: Decimal
    chf_change: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStanding(Shown):
    """How a round stands on a day.

    Attributes:
        name: the round.
        on: the day.
        deadline_on: by when States are asked to answer, as far as is known today.
        unit_amount: one unit for a year, in CHF.
        unit: the same with where it comes from and how certain it is, in words.
        states: where each Member State stands.
        asked: how many were asked.
        answered: how many have answered.
        outstanding: how many were asked and have not answered.
        response_rate: those of the asked that have answered, as a part of 1; None where nobody was asked.
        by_direction: what is at stake by direction.
        by_region: what is at stake by region and direction.
        projection: what it may come to, under the stated assumption.
    """

    name: str
    on: date
    deadline_on: date
    unit_amount: Decimal
    unit: str
    states: tuple[Announcement, ...]
    asked: int
    answered: int
    outstanding: int
    response_rate: Decimal | None
    by_direction: tuple[Stake, ...]
    by_region: tuple[Stake, ...]
    projection: Projection

    def __str__(self) -> str:
        rate = (
            "nobody was asked"
            if self.response_rate is None
            else f"{self.response_rate:.1%} of {self.asked} asked"
        )
        counts = ", ".join(f"{stake.direction.words} {stake.states}" for stake in self.by_direction)
        return f"{self.name} on {self.on}: answered {self.answered} ({rate}); {counts}. {self.projection}. One unit is {self.unit}."

    def of(self, state: str) -> Announcement:
        """Where one Member State stands, by its ISO 3166 alpha-3 code."""
        return next(each for each in self.states if each.state == state)


def standing_of(
    states: Sequence[Announcement],
    projection: Projection,
    *,
    name: str,
    on: date,
    deadline_on: date,
    unit_amount: Decimal,
    unit: str,
) -> RoundStanding:
    """Count what the Member States announced.

    Args:
        states: where each stands.
        projection: what it may come to.
        name: the round.
        on: the day.
        deadline_on: by when States are asked to answer.
        unit_amount: one unit for a year, in CHF.
        unit: the same in words.
    """
    asked = [each for each in states if each.asked_on]
    heard = sum(each.has_answered for each in asked)
    regions = dict.fromkeys(each.region for each in states)
    return RoundStanding(
        name=name,
        on=on,
        deadline_on=deadline_on,
        unit_amount=unit_amount,
        unit=unit,
        states=tuple(states),
        asked=len(asked),
        answered=sum(each.has_answered for each in states),
        outstanding=len(asked) - heard,
        response_rate=round(Decimal(heard) / len(asked), 4) if asked else None,
        by_direction=tuple(_stakes(states, None, unit_amount)),
        by_region=tuple(
            stake
            for region in regions
            for stake in _stakes([each for each in states if each.region == region], region, unit_amount)
        ),
        projection=projection,
    )


def _stakes(states: Iterable[Announcement], region: str | None, unit_amount: Decimal) -> Iterable[Stake]:
    known = list(states)
    for direction in Direction:
        there = [each for each in known if each.direction is direction]
        if there:
            units = sum((each.before or Fraction(0) for each in there), Fraction(0))
            change = sum((each.change for each in there), Fraction(0))
            money = in_money(units, unit_amount), in_money(change, unit_amount)
            yield Stake(region, direction, len(there), units, change, *money)


def signed(change: Fraction) -> str:
    """A change of units as people write it: "+8", "-1/2", "0"."""
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{sign}{units_in_words(abs(change))}"
