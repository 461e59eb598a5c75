"""What a year of a membership comes to is rounded once, however often it changes in the year: pure.

A part of a yearly fee is rarely a whole number of centimes. Were each line rounded by itself, every change would leave up
to a centime. So a line is posted at what the year comes to with it, less what the lines before it charged: together they
are the exact sum of the months, to the centime.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from crm.membership.dues.charging import Charged, months_in
from crm.membership.dues.posting import ChargeLine
from crm.membership.terms import Coverage
from crm.reference.fee_schedule import to_the_cent

_MONTHS = 12


class Line(Charged, Protocol):
    """A line of an invoice, as far as what it charges goes."""

    @property
    def coverage(self) -> Coverage | None:
        """The Sectors."""

    @property
    def yearly(self) -> Decimal | None:
        """What a whole year costs; None where the amount is no part of a yearly fee."""


def a_month_of(line: Line) -> Fraction:
    """What a line charges or gives back for each of its months, not rounded."""
    if line.yearly is None:
        return Fraction(line.amount) / months_of_line(line)
    return Fraction(line.yearly if line.amount >= 0 else -line.yearly) / _MONTHS


def months_of_line(line: Line) -> int:
    """How many months a line is about."""
    years = range(line.since_on.year, line.until_on.year + 1)
    return sum(len(months_in(line.since_on, line.until_on, year)) for year in years)


def share_of(lines: Iterable[Line], months: frozenset[int], year: int) -> Fraction:
    """What lines charge for some months of a year, not rounded; what is given back comes off."""
    shares = (
        a_month_of(line) * len(months & {*months_in(line.since_on, line.until_on, year)}) for line in lines
    )
    return sum(shares, Fraction(0))


def posted_at(before: Sequence[Line], line: Line) -> Decimal:
    """The amount at which a line is posted.

    Args:
        before: what was posted before for the same account, Sector and year.
        line: what is to be posted.
    """
    if not before:
        return line.amount
    exact = sum((a_month_of(each) * months_of_line(each) for each in (*before, line)), Fraction(0))
    return to_the_cent(exact) - sum((each.amount for each in before), Decimal(0))


def rounded_once(posted: Iterable[Line], lines: Iterable[ChargeLine]) -> Iterator[ChargeLine]:
    """Lines as they are posted, one after the other.

    Args:
        posted: what was posted before for the same account.
        lines: what is to be posted, each within a calendar year.
    """
    before: list[Line] = list(posted)
    for line in lines:
        year = line.since_on.year
        there = [each for each in before if each.coverage is line.coverage]
        same = [each for each in there if each.since_on.year <= year <= each.until_on.year]
        line_posted = replace(line, amount=posted_at(same, line))
        before.append(line_posted)
        yield line_posted
