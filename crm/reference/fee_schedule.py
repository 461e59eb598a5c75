"""What a membership costs a year: looked up in the dated tables of fees, classes and units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Protocol, TypeVar

from sqlmodel import Session, col, select

from crm.errors import NotFound
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit, Payer, all_units, unit_among
from crm.reference.development import Development, certainty_of_statuses
from crm.reference.facts import Certainty, least_sure
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.member_classes import class_certainty
from crm.reference.spans import Dated, holds_on
from crm.reference.units import units_in_words
from crm.shown import Shown

_CENT = Decimal("0.01")


def to_the_cent(amount: Fraction | Decimal) -> Decimal:
    """An amount rounded to the centime, half a centime upwards: the one rounding rule for fees (our own choice)."""
    exact = (
        Decimal(amount.numerator) / Decimal(amount.denominator) if isinstance(amount, Fraction) else amount
    )
    return exact.quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class YearlyFee(Shown):
    """What a membership costs a year, and by which rule.

    Attributes:
        amount: Swiss francs a year.
        units: the class of a Sector Member, in its units; None for the others.
        assumed: whether no class was stated, so that the lowest of the Sector is taken.
        rule: the key of the line of the fee table that it comes from; of a Sector Member that of its unit, too.
        basis: how it comes about, in words.
        certainty: how sure the least sure of its facts is.
    """

    amount: Decimal
    units: Fraction | None
    assumed: bool
    rule: str
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The tables of fees as values, for as many questions as one likes; `dataclasses.replace` makes another schedule.

    Attributes:
        fees: what Associates and Academia pay.
        minimums: the lowest classes of Sector Members.
        units: what a unit costs.
        statuses: how sure it is who counts as developed.
    """

    fees: tuple[Fee, ...]
    minimums: tuple[ClassMinimum, ...]
    units: tuple[ContributoryUnit, ...]
    statuses: Certainty = Certainty.UNVERIFIED

    def yearly(
        self,
        category: Category,
        coverage: str,
        *,
        development: Development,
        size: str | None = None,
        units: Fraction | None = None,
        on: date,
    ) -> YearlyFee:
        """What a membership costs a year, by the tables as of a day.

        Args:
            category: the category of membership.
            coverage: the Sectors, as letters: "T", or "RTD" for Academia.
            development: the status of the organisation.
            size: "sme" or "large"; None where it is not known, which gives no reduction.
            units: the class that a Sector Member has chosen; the lowest of its Sector where it has chosen none.
            on: the day.

        Raises:
            NotFound: the tables say nothing for it.
        """
        if category is Category.SECTOR_MEMBER:
            return self._by_class(coverage, development, units, on)
        fee = _best(
            (fee for fee in self.fees if fee.category is category and fee.coverage == coverage),
            development=development,
            size=size,
            on=on,
            what=f"fee of {category.value.replace('_', ' ')} in {coverage}",
        )
        return YearlyFee(
            amount=fee.amount,
            units=None,
            assumed=False,
            rule=fee.key,
            basis=f"yearly fee {fee.amount:,.2f}",
            certainty=least_sure([fee.certainty, *self._doubt(fee, self.fees)]),
        )

    def minimum(self, coverage: str, *, development: Development, on: date) -> ClassMinimum:
        """The lowest class in a Sector that is open without further conditions.

        Raises:
            NotFound: the tables say nothing for it.
        """
        return self._lowest(coverage, development, on, reduced=False)

    def reduced_minimum(self, coverage: str, *, development: Development, on: date) -> ClassMinimum | None:
        """The lowest class in a Sector for those who fulfil its conditions; None where there is none."""
        try:
            return self._lowest(coverage, development, on, reduced=True)
        except NotFound:
            return None

    def _lowest(self, coverage: str, development: Development, on: date, *, reduced: bool) -> ClassMinimum:
        lines = (line for line in self.minimums if line.coverage == coverage and line.reduced == reduced)
        return _best(lines, development=development, size=None, on=on, what=f"lowest class in {coverage}")

    def _by_class(
        self, coverage: str, development: Development, units: Fraction | None, on: date
    ) -> YearlyFee:
        lowest = self.minimum(coverage, development=development, on=on)
        unit = unit_among(self.units, Payer.SECTOR_MEMBER, on)
        chosen = lowest.units if units is None else units
        doubt = self._doubt(lowest, self.minimums) if units is None else [class_certainty(units)]
        return YearlyFee(
            amount=to_the_cent(chosen * Fraction(unit.amount)),
            units=chosen,
            assumed=units is None,
            rule=f"{lowest.key}, {unit.key}",
            basis=f"{units_in_words(chosen)} of the unit of {unit.amount:,.2f}",
            certainty=least_sure([lowest.certainty, unit.certainty, *doubt]),
        )

    def _doubt(self, line: Fee | ClassMinimum, table: Iterable[Fee | ClassMinimum]) -> list[Certainty]:
        """How sure it is who counts as developed, where a line was chosen by that."""
        return [self.statuses] if goes_by_status(line, table) else []


def fee_schedule(session: Session) -> FeeSchedule:
    """The tables of fees in the book."""
    fees = select(Fee).where(col(Fee.retired_on).is_(None)).order_by(col(Fee.key))
    minimums = (
        select(ClassMinimum).where(col(ClassMinimum.retired_on).is_(None)).order_by(col(ClassMinimum.key))
    )
    tables = tuple(session.exec(fees)), tuple(session.exec(minimums)), all_units(session)
    return FeeSchedule(*tables, certainty_of_statuses(session))


def goes_by_status(line: Fee | ClassMinimum, table: Iterable[Fee | ClassMinimum]) -> bool:
    """Whether a line is chosen by a development status: it, or one that is for the same at the same time, names one."""
    return any(other.development is not None and _alike(line, other) for other in table)


def _alike(line: Fee | ClassMinimum, other: Fee | ClassMinimum) -> bool:
    for_whom = ("category", "coverage", "size", "reduced")
    at_once = line.valid_from < (other.valid_to or date.max) and other.valid_from < (
        line.valid_to or date.max
    )
    return at_once and all(getattr(line, name, None) == getattr(other, name, None) for name in for_whom)


class _Line(Dated, Protocol):
    """A line of a table that may be for one development status only."""

    @property
    def development(self) -> Development | None:
        """The status; None for all."""


L = TypeVar("L", bound=_Line)


def _best(lines: Iterable[L], *, development: Development, size: str | None, on: date, what: str) -> L:
    """The line that fits and says most of whom it is for."""
    fitting = [
        line
        for line in lines
        if holds_on(line, on)
        and line.development in (None, development)
        and getattr(line, "size", None) in (None, size)
    ]
    if not fitting:
        raise NotFound(
            f"No {what} is stated for {on}.",
            field="on",
            value=on,
            hint="State it in fees.csv or class_minimums.csv and load the reference data.",
        )
    return max(
        fitting, key=lambda line: (getattr(line, "size", None) is not None, line.development is not None)
    )
