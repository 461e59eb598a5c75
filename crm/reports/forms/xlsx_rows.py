"""The sheet of rows behind the figures of one column: in which order they stand, and where those of each figure do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from crm.reports.behind import Behind
from crm.reports.columns import Cell, Column, Row
from crm.reports.forms.figures import NOT_STATED
from crm.reports.forms.xlsx_layout import place

if TYPE_CHECKING:
    from crm.reports.report import Report

Key = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet of rows behind the figures of one column of a report.

    Args:
        figure: the column of the report.
        sheet: the sheet.
        columns: its columns: what tells the report's rows apart, then what is shown of each row.
        behind: says which row a figure belongs to.
        rows: the rows behind each figure, by the key of the report's row, in the order of the report.
        begins: the first row of each figure, counted from 0.
    """

    figure: Column
    sheet: Worksheet
    columns: tuple[Column, ...]
    behind: Behind
    rows: Mapping[Key, tuple[tuple[Cell, ...], ...]]
    begins: Mapping[Key, int]

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """The rows with the key of their figure in front; a dash can be filtered and clicked, unlike nothing."""
        for key, rows in self.rows.items():
            said = tuple(NOT_STATED if cell is None else cell for cell in key)
            yield from ((*said, *row) for row in rows)

    def first_of(self, row: Row) -> int | None:
        """The first row behind the figure of a row of the report; None where there is none."""
        return self.begins.get(self.behind.key_of(row))

    def place_of(self, row: Row) -> str:
        """Where the rows behind the figure of a row of the report stand; nothing where there are none."""
        first = self.first_of(row)
        if first is None:
            return ""
        last = first + len(self.rows[self.behind.key_of(row)]) - 1
        return place(self.sheet, first, last, 0, len(self.columns) - 1)


def part_of(report: Report, figure: Column, sheet: Worksheet) -> Part:
    """The rows behind a column, in the order of the report; those of no row of the report come last."""
    behind = report.behind
    assert behind is not None
    found = behind.by_key(figure.key)
    order = (*map(behind.key_of, report), *found)
    rows = {key: found[key] for key in order if key in found}
    columns = (*map(report.column, behind.keys), *behind.columns)
    return Part(figure, sheet, columns, behind, rows, _begins(rows))


def _begins(rows: Mapping[Key, tuple[tuple[Cell, ...], ...]]) -> dict[Key, int]:
    begins, at = {}, 1  # below the header
    for key, found in rows.items():
        begins[key] = at
        at += len(found)
    return begins
