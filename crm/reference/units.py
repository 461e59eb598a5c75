"""Classes of contribution as exact numbers of units: 25, 1 1/2, 1/16."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Dialect, Numeric
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from crm.errors import InvalidInput
from crm.shown import said

# Sixteenths and thirty-seconds of a unit have five places at the most; a year's part of one may have more.
_PLACES = 10


def units_of(given: Fraction | Decimal | int | str, *, field: str = "units") -> Fraction:
    """A number of units, exactly.

    Args:
        given: a Fraction, a whole number, or a text such as "25", "1/4", "1 1/2" or "0.25".
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is a float, which is not exact, or no number above zero.
    """
    try:
        units = Fraction(0) if isinstance(given, float | bool) else _sum(given)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        units = Fraction(0)
    if units <= 0:
        raise InvalidInput(
            f"{field}: {given!r} is no number of units.",
            field=field,
            value=given,
            hint='Write "25", "1 1/2" or "1/4".',
        )
    return units


def _sum(given: Fraction | Decimal | int | str) -> Fraction:
    return sum(map(Fraction, given.split()), Fraction(0)) if isinstance(given, str) else Fraction(given)


def units_in_words(units: Fraction) -> str:
    """A number of units as it is written: "25", "1 1/2", "1/16"."""
    return said(units)


def in_decimal(units: Fraction) -> Decimal:
    """A number of units as an exact decimal number.

    Raises:
        InvalidInput: it has too many places to be kept exactly.
    """
    number = Decimal(units.numerator) / Decimal(units.denominator)
    if Fraction(round(number, _PLACES)) != units:
        raise InvalidInput(
            f"{units_in_words(units)} units cannot be kept exactly.", field="units", value=str(units)
        )
    return number


class _Units(TypeDecorator[Fraction]):
    """An exact number of units, kept as a decimal number: the classes are halves of halves, so nothing is lost."""

    impl = Numeric(16, _PLACES)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Hand the number over, or refuse one that the column would round."""
        return None if value is None else in_decimal(value)

    def process_result_value(self, value: Decimal | None, dialect: Dialect) -> Fraction | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Hand the exact number out."""
        return None if value is None else Fraction(value)


def units_field(*, optional: bool = False, **kwargs: Any) -> Any:
    """A column that holds a number of units, exactly."""
    if optional:
        kwargs.setdefault("default", None)
    return Field(sa_type=_Units, nullable=optional, **kwargs)
