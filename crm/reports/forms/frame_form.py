"""A report as a pandas DataFrame, with the types that its columns have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.frames import needed, typed
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.forms.facts import facts

if TYPE_CHECKING:
    import pandas as pd

    from crm.reports.report import Report

_TYPES = {ColumnKind.COUNT: "Int64", ColumnKind.ID: "Int64", ColumnKind.DATE: "datetime64[s]"}


def frame(report: Report) -> pd.DataFrame:
    """The rows, typed and told apart by their keys; the facts of the report are in `attrs`."""
    pandas = needed()
    cells = zip(*report.rows, strict=True) if report.rows else ([] for _ in report.columns)
    columns = {
        column.key: _series(list(found), column, grouping=column.key == report.grouped_by)
        for column, found in zip(report.columns, cells, strict=True)
    }
    found = pandas.DataFrame(columns)
    found.attrs |= {"title": report.title, **facts(report), "notes": list(report.notes)}
    return found.set_index(list(report.behind.keys)) if report.behind else found


def _series(cells: list[Cell], column: Column, *, grouping: bool) -> pd.Series:
    pandas = needed()
    if grouping:
        order = [cell for cell in dict.fromkeys(cells) if cell is not None]
        return pandas.Series(pandas.Categorical(cells, categories=order, ordered=True))
    whole = all(cell is None or isinstance(cell, int) for cell in cells)
    kind = _TYPES.get(column.kind)
    if kind == "Int64" and not whole:
        kind = "object"
    return pandas.Series(cells, dtype=kind) if kind else typed(cells)
