"""The rows behind the figures of a report: read at the same instant as the figures, so that both tell one story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crm.errors import NotFound, Refused
from crm.garbage import no_collection
from crm.reports.columns import Cell, Column, Row
from crm.reports.forms.words import words

if TYPE_CHECKING:
    from crm.reports.report import Report


@dataclass(frozen=True, slots=True)
class Counted:
    """One row that figures were counted from.

    Args:
        of: which row of the report it counts in: a cell for each of the key columns.
        figures: the columns of the report that it counts in.
        cells: what is shown of it, in the order of the columns behind.
    """

    of: tuple[Cell, ...]
    figures: frozenset[str]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Everything that the figures of a report were counted from.

    Args:
        keys: the columns of the report whose cells tell its rows apart, e.g. ("code",).
        columns: the columns of the rows behind.
        rows: the rows.
    """

    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Counted, ...]

    @property
    def figures(self) -> frozenset[str]:
        """The columns of the report that rows stand behind."""
        return frozenset(figure for row in self.rows for figure in row.figures)

    def key_of(self, row: Mapping[str, Cell]) -> tuple[Cell, ...]:
        """The cells that tell a row of the report apart."""
        return tuple(row[key] for key in self.keys)

    def counted_in(self, figure: str, of: tuple[Cell, ...] | None) -> tuple[tuple[Cell, ...], ...]:
        """The rows behind one figure, or behind the whole column where no row is named; each once."""
        found = (row.cells for row in self.rows if figure in row.figures and of in {None, row.of})
        return tuple(dict.fromkeys(found))

    def by_key(self, figure: str) -> dict[tuple[Cell, ...], tuple[tuple[Cell, ...], ...]]:
        """The rows behind every figure of a column, by the key of the report's row; each once in a figure."""
        found: dict[tuple[Cell, ...], list[tuple[Cell, ...]]] = {}
        for row in self.rows:
            if figure in row.figures:
                found.setdefault(row.of, []).append(row.cells)
        return {of: tuple(dict.fromkeys(rows)) for of, rows in found.items()}


def behind_of(
    keys: Iterable[str],
    columns: Iterable[Column],
    rows: Iterable[tuple[tuple[Cell, ...], Iterable[str], tuple[Cell, ...]]],
) -> Behind:
    """The rows behind a report out of plain tuples: the key, the figures, the cells.

    Args:
        keys: the columns that tell the rows of the report apart.
        columns: the columns of the rows behind.
        rows: for each, the key of the report's row, the figures that it counts in, and its cells.
    """
    counted = (Counted(of, frozenset(figures), cells) for of, figures, cells in rows)
    with no_collection():
        return Behind(keys=tuple(keys), columns=tuple(columns), rows=tuple(counted))


def rows_behind(report: Report, row: Row | Cell | tuple[Cell, ...], column: str) -> Report:
    """The rows that a figure of a report was counted from, as a report of their own; see `Report.rows_behind`."""
    behind = report.behind
    if behind is None:
        raise Refused(
            f"The rows behind {report.name} were not read with it.",
            rule="reports.rows",
            subject=report.name,
            hint="Make the report with rows=True.",
        )
    figure, found = report.column(column), None if row == "total" else _row_of(report, behind, row)
    if column not in behind.figures and any(each[column] for each in report):
        candidates = sorted(behind.figures)
        raise NotFound(f"No rows stand behind {column!r}.", field="column", candidates=candidates)
    return replace(
        report,
        name=f"{report.name}-rows",
        title=titled(figure, found, behind, words(report.language)["total"]),
        columns=behind.columns,
        rows=behind.counted_in(column, None if found is None else behind.key_of(found)),
        apart=None,
        stated_totals={},
        grouped_by=None,
        chart=None,
        behind=None,
    )


def titled(column: Column, row: Row | None, behind: Behind, total: str) -> str:
    """What the rows behind a figure are called: "Prospects: KEN"."""
    of = ", ".join(str(cell) for cell in behind.key_of(row) if cell is not None) if row is not None else total
    return f"{column.title}: {of}" if of else column.title


def _row_of(report: Report, behind: Behind, key: Row | Cell | tuple[Cell, ...]) -> Row:
    wanted = behind.key_of(key) if isinstance(key, Row) else key if isinstance(key, tuple) else (key,)
    for row in report:
        if [*map(str, behind.key_of(row))] == [*map(str, wanted)]:  # "4711" on a command line is 4711
            return row
    raise NotFound(
        f"{report.name} has no row {', '.join(map(str, wanted))}.",
        field="row",
        value=str(wanted),
        hint=f"Rows are told apart by {', '.join(behind.keys)}.",
    )
