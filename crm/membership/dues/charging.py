"""Which months of a year are a membership's own, and which of them an invoice has charged; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Protocol

from crm.errors import Refused
from crm.membership.pricing import month_end
from crm.membership.terms import Coverage


class Stretch(Protocol):
    """A term, as far as its months go."""

    @property
    def id(self) -> int:
        """The event that opened it."""

    @property
    def organization_id(self) -> int:
        """The account."""

    @property
    def coverage(self) -> Coverage:
        """The Sectors."""

    @property
    def since_on(self) -> date:
        """The first day."""

    @property
    def until_on(self) -> date | None:
        """The last day; None while it goes on."""


class Charged(Protocol):
    """A line of an invoice, as far as its months go."""

    @property
    def since_on(self) -> date:
        """The first day."""

    @property
    def until_on(self) -> date:
        """The last day."""

    @property
    def amount(self) -> Decimal:
        """What it charges; below zero where it gives something back."""


def refuse_far_ahead(year: int, today: date) -> None:
    """Refuse to charge a year before the one that precedes it: its invoices go out in September of that.

    Raises:
        Refused: the year is not the next one yet.
    """
    if year > today.year + 1:
        raise Refused(
            f"The dues of {year} are invoiced from {year - 1} on.", rule="dues.year_ahead", field="year"
        )


def charged_months(lines: Iterable[Charged], year: int) -> frozenset[int]:
    """The months of a year that lines of one membership charge, and none of them gives back."""
    counted: Counter[int] = Counter()
    for line in lines:
        sign = (line.amount > 0) - (line.amount < 0)
        for month in months_in(line.since_on, line.until_on, year):
            counted[month] += sign
    return frozenset(month for month, times in counted.items() if times > 0)


def months_of(terms: Sequence[Stretch], year: int) -> Sequence[Sequence[int]]:
    """The months of a year that belong to each of the terms of one account in the same Sectors.

    A month in which one term ends and the next begins is the next one's: it is paid from the first day of its month.
    """
    taken: set[int] = set()
    theirs: dict[int, list[int]] = {}
    for term in sorted(terms, key=lambda term: term.since_on, reverse=True):
        months = [m for m in months_in(term.since_on, term.until_on or date.max, year) if m not in taken]
        taken.update(months)
        theirs[term.id] = months
    return [theirs[term.id] for term in terms]


def runs(months: Iterable[int], year: int) -> Iterator[tuple[date, date]]:
    """Months as stretches of days: those that follow one another together, from a first day to a last one."""
    for _, together in groupby(enumerate(sorted(months)), key=lambda pair: pair[1] - pair[0]):
        numbers = [month for _, month in together]
        yield date(year, numbers[0], 1), month_end(date(year, numbers[-1], 1))


def months_in(since_on: date, until_on: date, year: int) -> range:
    """The months of a year that are touched by a stretch of days."""
    if until_on.year < year or since_on.year > year:
        return range(0)
    first = since_on.month if since_on.year == year else 1
    last = until_on.month if until_on.year == year else 12
    return range(first, last + 1)
