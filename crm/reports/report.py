"""A report: figures, what they mean, and the forms they come out in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, overload

from rich.console import RenderableType

from crm.errors import InvalidInput, NotFound
from crm.reports.behind import Behind, rows_behind
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, Group, Row, added
from crm.reports.forms import csv_form, frame_form, html, json_form, terminal, xlsx_form
from crm.reports.forms.file import written

if TYPE_CHECKING:
    import pandas as pd


_AT_A_GLANCE = 8


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """Figures that can be handed on, with everything a reader needs to trust them.

    It shows itself in a notebook; `print(report)` gives the plain table.

    Args:
        name: its short name, for files and commands: "prospects-by-state".
        title: its title for people.
        definition: what exactly is counted.
        denominator: what the counts and shares are counts and shares of.
        as_of: the instant at which the book was read; aware.
        columns: the columns, in order.
        rows: one tuple of cells a row, in the order of the columns. Rows at zero belong here.
        on: the day that the figures speak of, where it is not simply the day of `as_of`.
        filters: what the reader chose, by name; empty when nothing was left out.
        apart: of groups (of rows, where nothing groups them) that are never added to one another, such as years: the name of
            the one whose figures head the page. None: all are added.
        stated_totals: the totals of columns whose rows may not be added up, by column key.
        notes: what must be seen before the figures, such as "Synthetic demonstration data".
        grouped_by: the column whose values group the rows, with a subtotal each. Rows of a group stand together.
        chart: what to draw, if anything: one chart, or several; each figure has a heading.
        behind: the rows that the figures were counted from, read at the same instant; None: they were not asked for.
        language: the language of the texts, one of the six of the Union ("ar", "zh", "en", "fr", "ru", "es").

    Raises:
        InvalidInput: the instant is naive, or a row does not fit the columns.
        NotFound: the grouping or the chart names a column that there is not.
    """

    name: str
    title: str
    definition: str
    denominator: str
    as_of: datetime
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    on: date | None = None
    filters: Mapping[str, Cell] = field(default_factory=dict)
    apart: str | None = None
    stated_totals: Mapping[str, Cell] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    grouped_by: str | None = None
    chart: Chart | tuple[Chart, ...] | None = None
    behind: Behind | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        for name, value in {
            "columns": tuple(self.columns),
            "rows": tuple(tuple(row) for row in self.rows),
            "filters": Row.of(self.filters),
            "stated_totals": Row.of(self.stated_totals),
            "notes": tuple(self.notes),
        }.items():
            object.__setattr__(self, name, value)
        _refuse_a_naive_instant(self)
        for number, cells in enumerate(self.rows, start=1):
            _refuse_what_does_not_fit(cells, number, self)
        for key in self._named_columns():
            self.column(key)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        keys = tuple(column.key for column in self.columns)
        return (Row(keys, cells) for cells in self.rows)

    def column(self, key: str) -> Column:
        """The column of that name.

        Raises:
            NotFound: the report has no such column.
        """
        for column in self.columns:
            if column.key == key:
                return column
        keys = [column.key for column in self.columns]
        raise NotFound(f"The report {self.name} has no column {key!r}.", field=key, candidates=keys)

    @property
    def totals(self) -> Row:
        """The totals by column key: the stated ones, and the sums of the columns that may be added."""
        sums = self._sums(self) if self.apart is None else {}
        return Row.of(sums | dict(self.stated_totals))

    @property
    def heads(self) -> Row:
        """The figures that head a page, by column key: the totals, or those of one group or row where these stand apart.

        Where they are more than are read at a glance, these are the ones that are drawn.
        """
        named = self.grouped_by or self.columns[0].key
        there = [row for row in self if row[named] == self.apart]
        found = self.totals if self.apart is None else Row.of(self._sums(there))
        drawn = {key for chart in self.charts for key in (chart.value, chart.second)}
        few = len(found) <= _AT_A_GLANCE or not self.charts
        return found if few else Row.of({key: cell for key, cell in found.items() if key in drawn})

    def total(self, key: str) -> Cell:
        """The total of a column, for example `report.total("prospects")`.

        Raises:
            NotFound: the column has no total, because its figures may not be added.
        """
        totals = self.totals
        if key not in totals:
            raise NotFound(f"{key!r} has no total in {self.name}.", field=key, candidates=list(totals))
        return totals[key]

    def rows_behind(self, row: Row | Cell | tuple[Cell, ...], column: str) -> Report:
        """The rows that a figure was counted from, as a report of their own.

        Args:
            row: the row of the figure: itself, or the cell or cells that tell it apart, e.g. "KEN"; "total" for all.
            column: the key of its column, e.g. "prospects".

        Raises:
            NotFound: there is no such row, or no rows stand behind that column.
            Refused: the rows were not read with the figures.
        """
        return rows_behind(self, row, column)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The rows by group, in the order of first appearance; a single nameless group when nothing groups them."""
        members: dict[str, list[Row]] = {}
        for row in self:
            name = str(row[self.grouped_by] or "") if self.grouped_by else ""
            members.setdefault(name, []).append(row)
        added = self.apart is None or self.grouped_by is not None
        return tuple(
            Group(name, tuple(rows), Row.of(self._sums(rows) if added else {}))
            for name, rows in members.items()
        )

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that a table needs: all but the one that groups the rows, which heads each group instead."""
        return tuple(column for column in self.columns if column.key != self.grouped_by)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of the report, as many as there are."""
        return (self.chart,) if isinstance(self.chart, Chart) else tuple(self.chart or ())

    def table(self) -> RenderableType:
        """The report for a terminal, to be printed by rich."""
        return terminal.table(self)

    @overload
    def to_csv(self) -> str: ...
    @overload
    def to_csv(self, path: str | Path) -> Path: ...
    def to_csv(self, path: str | Path | None = None) -> str | Path:
        """The rows as CSV: the text, or the file when a path is given.

        Returns:
            The text, or the path of the file. Beside the file stands `<file>-metadata.json` with the filters, the
            definition and the other facts (W3C, Metadata Vocabulary for Tabular Data, 2015).

        Raises:
            InvalidInput: the file cannot be written.
        """
        if path is not None:
            beside = Path(f"{path}-metadata.json")
            written(csv_form.metadata(self, Path(path).name), beside)
        return written(csv_form.text(self), path)

    @overload
    def to_json(self) -> str: ...
    @overload
    def to_json(self, path: str | Path) -> Path: ...
    def to_json(self, path: str | Path | None = None) -> str | Path:
        """The whole report as JSON: the text, or the path of the file when one is given.

        Raises:
            InvalidInput: the file cannot be written.
        """
        return written(json_form.text(self), path)

    @overload
    def to_html(self) -> str: ...
    @overload
    def to_html(self, path: str | Path) -> Path: ...
    def to_html(self, path: str | Path | None = None) -> str | Path:
        """The report as one self-contained page: the text, or the path of the file when one is given.

        Raises:
            InvalidInput: the file cannot be written.
        """
        return written(html.page(self), path)

    def to_xlsx(self, path: str | Path) -> Path:
        """The report as a spreadsheet: its facts, its table, and the rows behind each figure, a click away.

        Returns:
            The path of the file. The same report gives the same bytes.

        Raises:
            InvalidInput: the file cannot be written.
            Refused: it has more rows than a sheet holds.
        """
        return xlsx_form.write(self, path)

    def to_dataframe(self) -> pd.DataFrame:
        """The rows as a DataFrame of pandas: typed, and told apart by their keys where the rows behind were read.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        return frame_form.frame(self)

    def _repr_html_(self) -> str:
        return html.fragment(self)

    def __rich__(self) -> RenderableType:
        return terminal.table(self)

    def __str__(self) -> str:
        return terminal.text(self)

    def __repr__(self) -> str:
        return f"<Report {self.name}: {len(self)} rows as of {self.as_of.isoformat()}>"

    def _named_columns(self) -> list[str]:
        charted = [key for chart in self.charts for key in chart.keys]
        return [*charted, *([self.grouped_by] if self.grouped_by else []), *self.stated_totals]

    def _sums(self, rows: Iterable[Row]) -> dict[str, Cell]:
        return {
            column.key: added(row[column.key] for row in rows) for column in self.columns if column.summed
        }


def _refuse_a_naive_instant(report: Report) -> None:
    if report.as_of.utcoffset() is None:
        raise InvalidInput(
            f"The report {report.name} needs an aware instant.",
            field="as_of",
            value=report.as_of,
            hint="Take it from a Clock.",
        )


def _refuse_what_does_not_fit(cells: tuple[Cell, ...], number: int, report: Report) -> None:
    if len(cells) != len(report.columns):
        raise InvalidInput(
            f"A row of {report.name} has {len(cells)} cells for {len(report.columns)} columns.",
            field="rows",
            row=number,
        )
    for column, cell in zip(report.columns, cells, strict=True):
        if not isinstance(cell, Cell):
            raise InvalidInput(
                f"A cell of {report.name} holds a {type(cell).__name__}.",
                field=column.key,
                value=cell,
                row=number,
                hint="Cells are texts, whole numbers, Decimal, dates or None.",
            )
