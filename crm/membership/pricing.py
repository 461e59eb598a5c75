"""What a stretch of membership costs: pure, by whole months, a line a calendar year.

A membership runs by the calendar year, and the year in which it begins or changes is paid from the first day of that
month (itu.int/en/membership/Pages/sm-terms-conditions.aspx; Palau's contribution of 2024 confirms it for States). The
fee of a year is that of the tables as of its first day, or of the first day of the stretch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from crm.errors import InvalidInput
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.development import Development
from crm.reference.fee_schedule import FeeSchedule, YearlyFee, to_the_cent
from crm.shown import Shown

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Holding(Shown):
    """A membership as far as its price goes.

    Attributes:
        coverage: the Sectors.
        category: the category.
        units: the class that a Sector Member has chosen; None where none is stated.
        development: the status of the organisation (`fee_status`).
        size: "sme" or "large"; None where it is not known.
        exempt: whether it pays nothing.
        headquarters: the developed country where its group is headquartered, where it counts as developed for that alone.
    """

    coverage: Coverage
    category: Category
    units: Fraction | None
    development: Development
    size: str | None = None
    exempt: bool = False
    headquarters: str | None = None


@dataclass(frozen=True, slots=True)
class PricedLine(Shown):
    """What a stretch within one calendar year costs.

    Attributes:
        since_on: the first day that is paid for, the first of a month.
        until_on: the last one, the end of a month.
        months: how many months that is.
        yearly: the fee of a whole year.
        amount: what the months cost, to the centime.
        rule: the key of the line of the fee tables; of a Sector Member that of its unit, too.
        basis: how it comes about, in words.
    """

    since_on: date
    until_on: date
    months: int
    yearly: Decimal
    amount: Decimal
    rule: str
    basis: str


def price(
    schedule: FeeSchedule, holding: Holding, *, since_on: date, until_on: date
) -> tuple[PricedLine, ...]:
    """What a membership costs from one day to another, both included: a line a calendar year.

    Whole months are paid, from the first day of the month of `since_on` to the end of that of `until_on`. An exempt
    body pays nothing and has no line.

    Raises:
        InvalidInput: it ends before it begins.
        NotFound: the tables say nothing for it.
    """
    if until_on < since_on:
        raise InvalidInput(
            f"It ends on {until_on}, before it begins on {since_on}.", field="until_on", value=until_on
        )
    if holding.exempt:
        return ()
    return tuple(_line(schedule, holding, first, last) for first, last in _years(since_on, until_on))


def yearly_fee(schedule: FeeSchedule, holding: Holding, on: date) -> YearlyFee:
    """What a membership costs a year, by the tables as of a day; where a group makes it dearer, the basis says so.

    Raises:
        NotFound: the tables say nothing for it.
    """
    fee = _fee(schedule, holding, on)
    if holding.headquarters is None:
        return fee
    lowest = replace(holding, units=None)
    full, reduced = (
        _fee(schedule, replace(lowest, development=development), on).amount for development in Development
    )
    if not reduced < full == fee.amount:
        return fee
    why = f"full fee: its group is headquartered in {holding.headquarters}"
    return replace(fee, basis=f"{fee.basis}; {why}")


def _fee(schedule: FeeSchedule, holding: Holding, on: date) -> YearlyFee:
    return schedule.yearly(
        holding.category,
        holding.coverage.value,
        development=holding.development,
        size=holding.size,
        units=holding.units,
        on=on,
    )


def part_of_year(yearly: Decimal, months: int) -> Decimal:
    """What some months of a year cost, to the centime."""
    return to_the_cent(Fraction(yearly) * months / _MONTHS)


def month_end(day: date) -> date:
    """The last day of a month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _years(since_on: date, until_on: date) -> Iterator[tuple[date, date]]:
    for year in range(since_on.year, until_on.year + 1):
        first = max(since_on.replace(day=1), date(year, 1, 1))
        yield first, min(month_end(until_on), date(year, 12, 31))


def _line(schedule: FeeSchedule, holding: Holding, first: date, last: date) -> PricedLine:
    fee = yearly_fee(schedule, holding, first)
    months = last.month - first.month + 1
    part = "" if months == _MONTHS else f", {months} of 12 months"
    return PricedLine(
        since_on=first,
        until_on=last,
        months=months,
        yearly=fee.amount,
        amount=part_of_year(fee.amount, months),
        rule=fee.rule,
        basis=f"{fee.basis}{part}",
    )
