"""How figures, days and instants look to people, by language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from crm.reference.languages import locale
from crm.reference.units import units_in_words
from crm.reports.columns import Cell, ColumnKind

NOT_STATED = "\N{EN DASH}"
"""Stands for what no source states; 0 is a figure, this is not."""


def shown(cell: Cell, kind: ColumnKind, *, language: str = "en") -> str:
    """A cell as people read it: grouped thousands, one decimal in a share, two in money, 1 1/2 units, days in ISO 8601.

    Args:
        cell: the value; `None` becomes a dash.
        kind: what it is.
        language: whose customs to follow.
    """
    if cell is None:
        return NOT_STATED
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (int, Decimal)) and kind is not ColumnKind.ID:
        return _figure(cell, kind, locale(language))
    return str(cell)


def _figure(number: int | Decimal, kind: ColumnKind, customs: Locale) -> str:
    if kind is ColumnKind.SHARE:
        pattern = customs.percent_formats[None].pattern.replace("##0", "##0.0")
        return str(format_percent(number, pattern, locale=customs))
    if kind is ColumnKind.MONEY:
        return str(format_decimal(number, "#,##0.00", locale=customs))
    if kind is ColumnKind.UNITS:
        return f"{'-' if number < 0 else ''}{units_in_words(abs(Fraction(number)))}"
    return str(format_decimal(number, locale=customs))


def compact(number: int | Decimal, *, language: str = "en") -> str:
    """A large number in few characters: 31.8K."""
    return str(format_compact_decimal(number, fraction_digits=1, locale=locale(language)))


def day(on: date, *, language: str = "en") -> str:
    """A day written out: "1 March 2027"."""
    return str(format_date(on, "long", locale=locale(language)))


def instant(at: datetime, *, language: str = "en") -> str:
    """An instant written out, in UTC: "1 March 2027, 09:00 UTC"."""
    utc = at.astimezone(UTC)
    return f"{day(utc.date(), language=language)}, {utc:%H:%M} UTC"
