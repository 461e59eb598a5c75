"""What an account was charged for months that are no longer the membership's: pure, from the lines of its invoices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from crm.membership.dues.charging import charged_months, months_in, runs
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.rounded_once import months_of_line, share_of
from crm.membership.pricing import month_end
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.fee_schedule import to_the_cent


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedLine:
    """A line of an invoice on a membership or a State's contribution, and the number of the invoice.

    Attributes:
        invoice_id: the invoice.
        credits_id: the invoice of which it gives something back, where that was said.
        event_id: the membership event that it derives from; else `application_id` is the application, or `state` the State.
    """

    number: str
    since_on: date
    until_on: date
    amount: Decimal
    rule: str
    coverage: Coverage | None = None
    category: Category | None = None
    units: Fraction | None = None
    yearly: Decimal | None = None
    event_id: int | None = None
    application_id: int | None = None
    state: str | None = None
    invoice_id: int | None = None
    credits_id: int | None = None


def given_back(lines: Iterable[PostedLine], *, since_on: date, until_on: date) -> Iterator[ChargeLine]:
    """The credits for what was charged between two days and not given back before.

    Args:
        lines: on one account in one Sector, in the order in which they were posted.
        since_on: the first day of a month, from which it is given back.
        until_on: the last day of a month, to which it is.

    Yields:
        A credit for each membership, invoice, calendar year and yearly fee, below zero; each rounded by itself, so that
        `rounded_once` has to say at what it is posted.
    """
    for _, together in groupby(sorted(lines, key=_what_for), _what_for):
        same = list(together)
        for year in range(since_on.year, min(until_on, max(line.until_on for line in same)).year + 1):
            left = charged_months(same, year) & set(months_in(since_on, until_on, year))
            for first, last in _alike(same, left, year):
                yield credit_of(same, first, last)


def _what_for(line: PostedLine) -> tuple[int, int]:
    return line.event_id or 0, line.application_id or 0


def credit_of(lines: Sequence[PostedLine], first: date, last: date) -> ChargeLine:
    """What lines for the same membership charge for the months from a first day to a last one."""
    lines = [line for line in lines if line.since_on <= last and line.until_on >= first]
    charges = [line for line in lines if line.amount > 0]
    charged, months = charges[-1], len(months_in(first, last, first.year))
    numbers = ", ".join(dict.fromkeys(line.number for line in charges))
    unused = share_of(lines, frozenset(months_in(first, last, first.year)), first.year)
    return ChargeLine(
        since_on=first,
        until_on=last,
        months=months,
        amount=-to_the_cent(unused),
        rule=charged.rule,
        basis=f"{months} of the {months_of_line(charged)} months invoiced as {numbers}",
        yearly=_whole_year(unused / months),
        coverage=charged.coverage,
        category=charged.category,
        units=charged.units,
        event_id=charged.event_id,
        application_id=charged.application_id,
        state=charged.state,
        credits_id=charged.invoice_id,
    )


def _alike(lines: Sequence[PostedLine], months: Iterable[int], year: int) -> Iterator[tuple[date, date]]:
    """Months that follow one another, cost the same and were charged by the same invoice, as stretches of days."""
    found: dict[tuple[Fraction, int | None], list[int]] = defaultdict(list)
    for month in months:
        first = date(year, month, 1)
        charges = [line for line in lines if line.amount > 0 and _touches(line, first)]
        found[share_of(lines, frozenset([month]), year), charges[-1].invoice_id].append(month)
    return (stretch for alike in found.values() for stretch in runs(alike, year))


def _touches(line: PostedLine, first: date) -> bool:
    """Whether a line is about the month that begins on a day."""
    return line.since_on <= month_end(first) and line.until_on >= first


def _whole_year(month: Fraction) -> Decimal | None:
    """The yearly fee of which a month costs so much; None where it is no whole number of centimes."""
    yearly = to_the_cent(month * 12)
    return yearly if yearly == month * 12 else None
