"""Which figures of a page open to the rows behind them: bounded, and what is left out is told by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.reports.behind import titled
from crm.reports.columns import Cell, Column, Row

if TYPE_CHECKING:
    from crm.reports.report import Report

ON_A_PAGE = 5_000
"""The rows behind figures that one page holds; beyond, browsers grow slow and nobody reads on."""

IN_A_NOTEBOOK = 500
"""The same for a piece of a notebook, which keeps it in its file."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A figure and the rows behind it.

    Args:
        row: the number of the report's row, counted from 0.
        column: the column of the figure.
        name: what the figure is called: "Kenya: Prospects".
        rows: what stands behind it.
    """

    row: int
    column: Column
    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """The figures that open, in the order of the report, and those whose rows are too many for the form."""

    shown: tuple[Opening, ...]
    left_out: tuple[Opening, ...]

    @property
    def rows_left_out(self) -> int:
        """How many rows are behind the figures that do not open."""
        return sum(len(opening.rows) for opening in self.left_out)

    @property
    def places(self) -> frozenset[tuple[int, str]]:
        """Where the figures stand that open: the number of the row and the key of the column."""
        return frozenset((opening.row, opening.column.key) for opening in self.shown)


def openings(report: Report, most: int) -> Openings:
    """The figures that open to their rows, at most so many rows in all.

    The figures with the fewest rows come first, so that as many as can be open.
    """
    found = _found(report)
    room, kept = most, set()
    for at in sorted(range(len(found)), key=lambda at: len(found[at].rows)):
        room -= len(found[at].rows)
        if room < 0:
            break
        kept.add(at)
    return Openings(
        tuple(opening for at, opening in enumerate(found) if at in kept),
        tuple(opening for at, opening in enumerate(found) if at not in kept),
    )


def _found(report: Report) -> list[Opening]:
    behind = report.behind
    if behind is None:
        return []
    by_key = {column: behind.by_key(column.key) for column in report.columns if column.key in behind.figures}
    return [
        Opening(number, column, _name(report, row, column), rows[key])
        for number, row in enumerate(report)
        for column, rows in by_key.items()
        if (key := behind.key_of(row)) in rows
    ]


def _name(report: Report, row: Row, column: Column) -> str:
    assert report.behind is not None
    first = row[report.shown_columns[0].key]
    return f"{first}: {column.title}" if first else titled(column, row, report.behind, "")
