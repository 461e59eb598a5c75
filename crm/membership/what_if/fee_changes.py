"""What if the tables were others: a fee, a fee of its own for some, the unit, a lowest class."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, TypeVar

from crm.directory.tables import Size
from crm.errors import InvalidInput
from crm.membership.what_if.changes import Change, keep
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit, Payer
from crm.reference.development import Development
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import FeeSchedule, to_the_cent
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.money import amount_of
from crm.reference.spans import holds_on
from crm.reference.units import units_in_words, units_of
from crm.shown import said
from crm.store.columns import chosen

Given = Decimal | int | str
_MADE_UP = {"source": "what if", "certainty": Certainty.UNVERIFIED}


@dataclass(frozen=True, slots=True)
class FeeChange(Change):
    """Another fee for Associates or Academia.

    Args:
        line: the line of the fee table, by its key, or several by a pattern: "associate-T", "associate-*".
        amount: the new fee, in Swiss francs a year.
        by: instead, by which share it changes: "0.10" is ten per cent more, "-0.10" ten per cent less.

    Raises:
        InvalidInput: both or none of the two is given, or one cannot be; `field` names it.
    """

    line: str
    amount: Given | None = None
    by: Given | None = None

    def __post_init__(self) -> None:
        keep(self, _either(self.amount, self.by))

    def tables(self, schedule: FeeSchedule, *, on: date) -> FeeSchedule:
        """The fee tables with the other fee."""
        keys = _lines(self.line, schedule.fees, on)
        return replace(
            schedule,
            fees=tuple(
                _with(fee, amount=_changed(fee.amount, self.amount, self.by)) if fee.key in keys else fee
                for fee in schedule.fees
            ),
        )

    def __str__(self) -> str:
        return f"the fee {self.line} {_said(self.amount, self.by)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFee(Change):
    """A fee of its own for some who had none: for instance for small enterprises in ITU-D.

    Args:
        category: "associate" or "academia".
        sector: "R", "T" or "D"; "RTD" for Academia.
        amount: Swiss francs a year.
        development: only for organisations of such a country.
        size: only for organisations of such a size.

    Raises:
        InvalidInput: a value cannot be; `field` names it.
    """

    category: Category | str
    sector: str
    amount: Given
    development: Development | str | None = None
    size: Size | str | None = None

    def __post_init__(self) -> None:
        category = chosen(Category, self.category, field="category")
        if category is Category.SECTOR_MEMBER:
            hint = "Change the unit (UnitChange) or the lowest class (MinimumChange)."
            raise InvalidInput("A Sector Member pays by its class.", field="category", hint=hint)
        if self.sector not in (("RTD",) if category is Category.ACADEMIA else ("R", "T", "D")):
            raise InvalidInput(
                f"sector: {self.sector!r} does not go with {said(category)}.",
                field="sector",
                value=self.sector,
            )
        keep(self, {"category": category, "amount": amount_of(self.amount)})
        keep(
            self,
            {"development": self.development and chosen(Development, self.development, field="development")},
        )
        keep(self, {"size": self.size and chosen(Size, self.size, field="size")})

    def tables(self, schedule: FeeSchedule, *, on: date) -> FeeSchedule:
        """The fee tables with one more line, which goes before those that say less of whom they are for."""
        stated = [each for each in (self.category, self.sector, self.size, self.development) if each]
        line = Fee.model_validate(
            {
                "key": "-".join(str(said(each)) for each in stated),
                "category": self.category,
                "coverage": self.sector,
                "development": self.development,
                "size": self.size,
                "amount": self.amount,
                "valid_from": on,
                **_MADE_UP,
            }
        )
        # Of two that say the same of whom they are for, the first is taken.
        return replace(schedule, fees=(line, *schedule.fees))

    def __str__(self) -> str:
        whom = ", ".join(said(each) for each in (self.sector, self.size, self.development) if each)
        return f"a fee of its own for {said(self.category)} in {whom}: CHF {self.amount:,.2f}"


@dataclass(frozen=True, slots=True)
class UnitChange(Change):
    """Another amount for the unit of contribution of Sector Members.

    Args:
        amount: Swiss francs a year.
        by: instead, by which share it changes.

    Raises:
        InvalidInput: both or none of the two is given, or one cannot be; `field` names it.
    """

    amount: Given | None = None
    by: Given | None = None

    def __post_init__(self) -> None:
        keep(self, _either(self.amount, self.by))

    def tables(self, schedule: FeeSchedule, *, on: date) -> FeeSchedule:
        """The fee tables with the other unit."""
        return replace(
            schedule,
            units=tuple(
                _with(unit, amount=_changed(unit.amount, self.amount, self.by))
                if unit.payer is Payer.SECTOR_MEMBER and holds_on(unit, on)
                else unit
                for unit in schedule.units
            ),
        )

    def __str__(self) -> str:
        return f"the unit of Sector Members {_said(self.amount, self.by)}"


@dataclass(frozen=True, slots=True)
class MinimumChange(Change):
    """Another lowest class for Sector Members.

    Args:
        line: the line of the table of lowest classes, by its key or by a pattern: "sector-member-T".
        units: the class, in units of a Sector Member: "1/2", "1".

    Raises:
        InvalidInput: it is no number of units; `field` names it.
    """

    line: str
    units: Fraction | int | str

    def __post_init__(self) -> None:
        keep(self, {"units": units_of(self.units)})

    def tables(self, schedule: FeeSchedule, *, on: date) -> FeeSchedule:
        """The fee tables with the other lowest class."""
        keys = _lines(self.line, schedule.minimums, on)
        return replace(
            schedule,
            minimums=tuple(
                _with(line, units=self.units) if line.key in keys else line for line in schedule.minimums
            ),
        )

    def __str__(self) -> str:
        return f"the lowest class {self.line} at {units_in_words(Fraction(self.units))}"


def _either(amount: Given | None, by: Given | None) -> dict[str, object]:
    if (amount is None) == (by is None):
        field = "amount" if amount is None else "by"
        raise InvalidInput(f"{field}: give the amount or the share by which it changes.", field=field)
    return {"amount": None if amount is None else amount_of(amount), "by": None if by is None else _by(by)}


def _by(given: Given) -> Decimal:
    """A share by which something changes: "0.10" or "10%"; nothing can become less than nothing."""
    try:
        text = str(given).strip()
        share = Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)
    except InvalidOperation:
        share = Decimal("NaN")
    if isinstance(given, float) or not share.is_finite() or share < -1:
        hint = 'Write "0.10" or "10%" for ten per cent more, "-0.10" for as much less.'
        raise InvalidInput(f"by: {given!r} is no share.", field="by", value=given, hint=hint)
    return share


def _changed(amount: Decimal, new: Given | None, by: Given | None) -> Decimal:
    return to_the_cent(amount * (1 + _by(by))) if by is not None else amount_of(new or 0)


def _said(amount: Given | None, by: Given | None) -> str:
    return f"at CHF {amount:,.2f}" if by is None else f"{float(100 * _by(by)):+.4g}%"


Line = TypeVar("Line", Fee, ClassMinimum, ContributoryUnit)


def _lines(pattern: str, lines: Iterable[Fee | ClassMinimum], on: date) -> frozenset[str]:
    """The keys of the lines that hold on the day and that a pattern means."""
    there = [line.key for line in lines if holds_on(line, on)]
    found = frozenset(key for key in there if fnmatchcase(key, pattern))
    if not found:
        raise InvalidInput(
            f"line: no line {pattern!r} holds on {on}.", field="line", value=pattern, candidates=there
        )
    return found


def _with(line: Line, **changed: Any) -> Line:
    return type(line).model_validate({**line.model_dump(), **_MADE_UP, **changed})
