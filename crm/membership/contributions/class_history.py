"""The classes of contribution of one Member State in their order: what is derived, and what was recorded. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, zip_longest

from crm.membership.contributions.reduction import Compared, Earlier
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import to_the_cent
from crm.reference.units import units_in_words
from crm.shown import Shown

_MONTHS = 12


class Origin(StrEnum):
    """Where it is known from that a State is in a class.

    Attributes:
        REFERENCE: from the reference data, derived from published figures.
        RECORDED: from a choice that somebody recorded in the book.
    """

    REFERENCE = "reference"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateContribution(Shown):
    """The class of a Member State over a stretch of time.

    Attributes:
        state: the Member State, ISO 3166 alpha-3.
        units: its class.
        since_on: the first day from which it is known.
        until_on: the day before the next class; None while none follows.
        origin: whether it is derived or was recorded.
        source: where it comes from.
        certainty: how sure a derived one is.
        note: what there is to know about it; the reason of a recorded one.
        override: why it stands although a rule warned.
        warnings: what the rules said when it was recorded.
        choice_id: the number of the recorded choice.
        synthetic: whether it is made up.
    """

    state: str
    units: Fraction
    since_on: date
    until_on: date | None = None
    origin: Origin
    source: str
    certainty: Certainty | None = None
    note: str = ""
    override: str = ""
    warnings: tuple[str, ...] = ()
    choice_id: int | None = None
    synthetic: bool = False

    def __str__(self) -> str:
        until = f" until {self.until_on}" if self.until_on else ""
        return f"{self.state} {units_in_words(self.units)} units since {self.since_on}{until} ({self.origin})"


@dataclass(frozen=True, slots=True)
class ContributionLine(Shown):
    """What a State contributes for a part of a calendar year.

    Attributes:
        since_on: the first day of its first month.
        until_on: the last day of its last month.
        months: how many months it is.
        units: the class in these months.
        unit_amount: one unit for a whole year, in CHF.
        amount: the units for these months out of twelve, in CHF, rounded once, to the centime.
        doubt: what is uncertain about the unit, e.g. "preliminary, unverified"; empty where nothing is.
        class_certainty: how sure the class is, where it was not recorded in the book.
    """

    since_on: date
    until_on: date
    months: int
    units: Fraction
    unit_amount: Decimal
    amount: Decimal
    doubt: str = ""
    class_certainty: Certainty | None = None


History = Sequence[StateContribution]


def in_order(entries: Iterable[StateContribution]) -> tuple[StateContribution, ...]:
    """The classes of one State, the earliest first, each until the day before the next.

    Args:
        entries: at most one derived and one recorded for a day; the recorded one goes before the derived one.
    """
    by_day: dict[date, StateContribution] = {}
    for entry in sorted(entries, key=lambda entry: entry.origin is Origin.RECORDED):
        by_day[entry.since_on] = entry
    days = sorted(by_day)
    ends = [day - timedelta(days=1) for day in days[1:]]
    return tuple(replace(by_day[day], until_on=end) for day, end in zip_longest(days, ends))


def in_force(history: History, day: date) -> StateContribution | None:
    """The class on a day; None where none is known."""
    return next((each for each in reversed(history) if each.since_on <= day), None)


def earlier_than(history: History, day: date, period_began_on: date | None) -> tuple[Earlier, ...]:
    """What a class that takes effect on a day is compared with; two classes where the State changed it in the period.

    Args:
        history: the classes of the State.
        day: the day.
        period_began_on: the first day of the financial period that the day before lies in; None where it is not known.
    """
    last = in_force(history, day - timedelta(days=1))
    if last is None:
        return ()
    chosen = in_force(history, period_began_on) if period_began_on else None
    found = [
        Earlier(each.units, each.since_on, compared)
        for each, compared in ((chosen, Compared.CHOSEN), (last, Compared.IN_FORCE))
        if each is not None
    ]
    return tuple(found[:1]) if len({each.units for each in found}) == 1 else tuple(found)


def lines_of_year(history: History, year: int, unit_amount: Decimal) -> tuple[ContributionLine, ...]:
    """What a State contributes for a year, one line for each class, by whole months.

    A class counts from the first day of the month in which it takes effect: Palau, which acceded in September 2024, was
    assessed 1/16 of a unit for four months of twelve.

    Args:
        history: the classes of the State.
        year: the calendar year.
        unit_amount: one unit for a whole year, in CHF.
    """
    months = [(month, in_force(history, _last_day(year, month))) for month in range(1, _MONTHS + 1)]
    lines = []
    for units, run in groupby(months, key=lambda found: found[1] and found[1].units):
        numbers, known = zip(*run, strict=True)
        if units is not None:
            line = _line(year, numbers, units, unit_amount)
            lines.append(replace(line, class_certainty=known[0] and known[0].certainty))
    return tuple(lines)


def units_of_year(history: History, year: int) -> Fraction:
    """How many units a State is assessed for a year, by whole months; nothing where no class is known."""
    found = (in_force(history, _last_day(year, month)) for month in range(1, _MONTHS + 1))
    return sum((each.units for each in found if each), Fraction(0)) / _MONTHS


def in_money(units: Fraction, unit_amount: Decimal) -> Decimal:
    """So many units in CHF, to the centime; a negative number is a loss."""
    return to_the_cent(units * Fraction(unit_amount))


def _line(year: int, months: Sequence[int], units: Fraction, unit_amount: Decimal) -> ContributionLine:
    return ContributionLine(
        since_on=date(year, months[0], 1),
        until_on=_last_day(year, months[-1]),
        months=len(months),
        units=units,
        unit_amount=unit_amount,
        amount=in_money(units * len(months) / _MONTHS, unit_amount),
    )


def _last_day(year: int, month: int) -> date:
    return date(year + month // _MONTHS, month % _MONTHS + 1, 1) - timedelta(days=1)
