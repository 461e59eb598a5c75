"""A report as JSON, for programs: one stable shape for every report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crm.reports.columns import Cell

if TYPE_CHECKING:
    from crm.reports.report import Report

Json = str | int | None | list["Json"] | dict[str, "Json"]
"""What JSON can say without a loss: amounts and shares are strings, so there are no floating-point numbers."""


def text(report: Report) -> str:
    """The whole report as JSON.

    The keys are name, title, definition, language, as_of, on, filters, denominator, notes, columns, rows and
    totals. Each row is an object by column key; days and instants are ISO 8601, decimals are strings.
    """
    return json.dumps(plain(report), ensure_ascii=False, indent=2) + "\n"


def plain(report: Report) -> dict[str, Json]:
    """The whole report in nothing but texts, numbers, lists and mappings."""
    return {
        "name": report.name,
        "title": report.title,
        "definition": report.definition,
        "language": report.language,
        "as_of": report.as_of.isoformat(),
        "on": value(report.on),
        "filters": _values(report.filters),
        "denominator": report.denominator,
        "notes": list(report.notes),
        "columns": [
            {"key": column.key, "title": column.title, "kind": column.kind.value, "currency": column.currency}
            for column in report.columns
        ],
        "rows": [_values(row) for row in report],
        "totals": _values(report.totals),
    }


def _values(row: Mapping[str, Cell]) -> dict[str, Json]:
    return {key: value(cell) for key, cell in row.items()}


def value(cell: Cell) -> str | int | None:
    """A cell as programs read it: days in ISO 8601, decimals as digits without an exponent."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell
