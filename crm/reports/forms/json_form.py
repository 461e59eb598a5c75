"""A report as JSON, for programs: one stable shape for every report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crm.reports.columns import Cell

if TYPE_CHECKING:
    from crm.reports.report import Report

Json = str | int | None | list["Json"] | dict[str, "Json"]
"""What JSON can say without a loss: amounts and shares are strings, so there are no floating-point numbers."""


def text(report: Report) -> Iterator[str]:
    """The whole report as JSON, piece by piece: a long one is never held as a text beside its rows.

    The keys are name, title, definition, language, as_of, on, filters, denominator, notes, columns, rows and totals.
    Each row is an object by column key; days and instants are ISO 8601, decimals are strings.
    """
    rows = _Each((values(row) for row in report), count=len(report))
    said = {**facts(report), "rows": rows, "totals": values(report.totals)}
    yield from json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(said)
    yield "\n"


def facts(report: Report) -> dict[str, Json]:
    """The report without its rows and totals, in nothing but texts, numbers, lists and mappings."""
    return {
        "name": report.name,
        "title": report.title,
        "definition": report.definition,
        "language": report.language,
        "as_of": report.as_of.isoformat(),
        "on": value(report.on),
        "filters": values(report.filters),
        "denominator": report.denominator,
        "notes": list(report.notes),
        "columns": [
            {"key": column.key, "title": column.title, "kind": column.kind.value, "currency": column.currency}
            for column in report.columns
        ],
    }


class _Each(list[Json]):
    """A list whose members are made while it is written: Python's encoder takes nothing but lists."""

    def __init__(self, members: Iterable[Json], *, count: int) -> None:
        super().__init__()
        self._members = members
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Json]:
        return iter(self._members)


def values(row: Mapping[str, Cell]) -> dict[str, Json]:
    """A row as programs read it."""
    return {key: value(cell) for key, cell in row.items()}


def value(cell: Cell) -> str | int | None:
    """A cell as programs read it: days in ISO 8601, decimals as digits without an exponent."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell
