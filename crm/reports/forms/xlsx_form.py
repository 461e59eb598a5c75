"""A report as a spreadsheet: what it says first, then its table, then the rows behind its figures, linked to and fro.

Numbers are numbers and texts are texts, so nothing in a name can run as a formula. The list stands by itself, with
its subtotals and total below it, so that sorting and filtering leave those alone. The same report gives the same
bytes. Rows are written one by one: a long sheet needs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm.errors import Refused
from crm.reports.columns import Cell, Column, ColumnKind, Row
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import NOT_STATED, locale, shown
from crm.reports.forms.file import replacing
from crm.reports.forms.words import words
from crm.reports.forms.xlsx_cells import Cells
from crm.reports.forms.xlsx_layout import place, sheet_name, widths

if TYPE_CHECKING:
    from crm.reports.report import Report

MOST_ROWS = 1_048_576
"""The rows of a sheet ("Excel specifications and limits"), its header included."""

MOST_LINKS = 65_530
"""The links of a sheet (the same page)."""

_A4 = 9


@dataclass
class Part:
    """A sheet of rows behind the figures of one column, and where the rows of each figure stand in it.

    Args:
        figure: the column of the report.
        sheet: the sheet.
        rows: the rows behind each figure, by the key of the report's row, in the order of the report.
        begins: the first row of each figure, counted from 0.
    """

    figure: Column
    sheet: Worksheet
    rows: Mapping[tuple[Cell, ...], Sequence[tuple[Cell, ...]]]
    begins: dict[tuple[Cell, ...], int] = field(init=False)

    def __post_init__(self) -> None:
        self.begins, at = {}, 1
        for key, rows in self.rows.items():
            self.begins[key] = at
            at += len(rows)


def write(report: Report, path: str | Path) -> Path:
    """Write the report to a file, whole or not at all.

    Raises:
        InvalidInput: the file cannot be written.
        Refused: there are more rows than a sheet holds.
    """
    with replacing(path) as neighbour, TemporaryDirectory(prefix="accord-") as room:
        workbook = Workbook(neighbour, {"constant_memory": True, "tmpdir": room})
        try:
            _Spreadsheet(report, workbook).fill()
            workbook.close()
        except FileCreateError as error:  # it wraps the system's own word, such as a full disk
            raise OSError(*error.args[0].args) from error
        finally:
            _let_go(workbook)
    return Path(path)


def _let_go(workbook: Workbook) -> None:
    """Close the files of the rows, which XlsxWriter leaves open when it does not come to its end."""
    for sheet in workbook.worksheets():
        with suppress(OSError):
            if sheet.row_data_fh:
                sheet.row_data_fh.close()


class _Spreadsheet:
    """One report on its way into one workbook."""

    def __init__(self, report: Report, workbook: Workbook) -> None:
        self.report = report
        self.words = words(report.language)
        self.cells = Cells(workbook)
        self.unlinked = 0
        self._workbook = workbook
        self._names: set[str] = set()
        workbook.use_zip64()
        created = report.as_of.replace(tzinfo=None)
        workbook.set_properties({"title": report.title, "comments": report.definition, "created": created})
        self.about = self._sheet(self.words["about"])
        self.table = self._sheet(self.words["table"])
        self.parts = tuple(self._parts())

    def fill(self) -> None:
        """Write every sheet; the first one last, because it tells what the others could not hold."""
        _refuse_what_is_too_long(len(self.report) + len(self.report.groups) + 1, self.report.title)
        self._fill_table()
        for part in self.parts:
            self._fill_part(part)
        self._fill_about()

    def _parts(self) -> Iterable[Part]:
        behind = self.report.behind
        if behind is None:
            return
        figures = [column for column in self.report.columns if column.key in behind.figures]
        order = [behind.key_of(row) for row in self.report]
        for figure in figures:
            found = behind.by_key(figure.key)
            rows = {key: found[key] for key in (*order, *found) if key in found}
            _refuse_what_is_too_long(sum(map(len, rows.values())), figure.title)
            name = self.words["rows"] if len(figures) == 1 else f"{self.words['rows']} {figure.title}"
            yield Part(figure, self._sheet(name), rows)

    def _fill_table(self) -> None:
        report, columns = self.report, self.report.columns
        self._begin(self.table, columns, ([*row.values()] for row in report), rows=len(report))
        for at, row in enumerate(report, start=1):
            links = self._links(row)
            for across, column in enumerate(columns):
                link = links.get(column.key, "")
                self.cells.put(self.table, (at, across), row[column.key], column, link=link)
        if report.totals:
            self._fill_foot(len(report) + 2)

    def _fill_foot(self, at: int) -> None:
        sums = [(group.name, group.totals) for group in self.report.groups] if self.report.grouped_by else []
        for down, (name, totals) in enumerate([*sums, (self.words["total"], self.report.totals)], start=at):
            for across, column in enumerate(self.report.columns):
                if column.key in totals:
                    self.cells.put(self.table, (down, across), totals[column.key], column, bold=True)
                elif across == 0:
                    self.cells.text(self.table, (down, across), name, bold=True)

    def _links(self, row: Row) -> dict[str, str]:
        """For each figure of a row that has rows behind it, the place where they stand."""
        behind = self.report.behind
        found: dict[str, str] = {}
        for part in self.parts:
            key = behind.key_of(row) if behind else ()
            if key in part.begins and self._may_link():
                first = part.begins[key]
                last = first + len(part.rows[key]) - 1
                found[part.figure.key] = place(part.sheet, first, last, len(self._columns_behind()) - 1)
        return found

    def _may_link(self) -> bool:
        may: bool = self.table.hlink_count < MOST_LINKS
        self.unlinked += not may
        return may

    def _columns_behind(self) -> tuple[Column, ...]:
        """The columns of the sheets of rows: what tells the report's rows apart, then what is shown of each."""
        behind = self.report.behind
        return (*map(self.report.column, behind.keys), *behind.columns) if behind else ()

    def _fill_part(self, part: Part) -> None:
        columns = self._columns_behind()
        looked_at = [(*key, *row) for key, rows in part.rows.items() for row in rows[:3]]
        self._begin(part.sheet, columns, looked_at, rows=sum(map(len, part.rows.values())))
        back = self._figures_of(part)
        for at, row in enumerate(_lines(part), start=1):
            for across, (column, cell) in enumerate(zip(columns, row, strict=True)):
                link = back.get(at, "") if across == 0 else ""
                self.cells.put(part.sheet, (at, across), cell, column, link=link)

    def _figures_of(self, part: Part) -> dict[int, str]:
        """For the first row behind each figure, the place of the figure."""
        behind = self.report.behind
        assert behind is not None
        across = self.report.columns.index(part.figure)
        found: dict[int, str] = {}
        for at, row in enumerate(self.report, start=1):
            first = part.begins.get(behind.key_of(row))
            if first is not None and len(found) < MOST_LINKS:
                found[first] = place(self.table, at, at, across, first_across=across)
        return found

    def _fill_about(self) -> None:
        sheet, report = self.about, self.report
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 96)
        self.cells.text(sheet, (0, 0), report.title, bold=True, font_size=16)
        notes = [(self.words["note"], note) for note in report.notes]
        key = (self.words["empty_cell"], self.words["not_stated"])
        lines = [*notes, *facts(report).items(), key, *((self.words["note"], told) for told in self._told())]
        for at, (name, fact) in enumerate(lines, start=2):
            self.cells.text(sheet, (at, 0), name, bold=True)
            self.cells.text(sheet, (at, 1), fact, text_wrap=True)
        for at, other in enumerate([self.table, *(part.sheet for part in self.parts)], start=len(lines) + 3):
            self.cells.link(sheet, (at, 0), other.get_name(), place(other, 0, 0, 0))

    def _told(self) -> Iterable[str]:
        """What the other sheets could not hold, in sentences."""
        counts = {"cut_texts": self.cells.cut, "long_numbers": self.cells.as_text, "unlinked": self.unlinked}
        for name, count in counts.items():
            if count:
                number = shown(count, ColumnKind.COUNT, language=self.report.language)
                yield self.words[name].format(count=number)

    def _begin(
        self, sheet: Worksheet, columns: Sequence[Column], looked_at: Iterable[Sequence[Cell]], *, rows: int
    ) -> None:
        """The header of a list: frozen, filterable, repeated on paper, and as wide as its first rows need."""
        for across, width in enumerate(widths(columns, looked_at)):
            sheet.set_column(across, across, width)
        for across, column in enumerate(columns):
            align = "right" if column.kind.is_figure else "left"
            look = {"bold": True, "text_wrap": True, "bottom": 2, "align": "" if self._mirrored else align}
            self.cells.text(sheet, (0, across), column.heading, **look)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, rows, len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{xl_rowcol_to_cell(MOST_ROWS - 1, len(columns) - 1)}"}
        )

    def _sheet(self, wanted: str) -> Worksheet:
        sheet = self._workbook.add_worksheet(sheet_name(wanted, self._names))
        self._names.add(sheet.get_name().casefold())
        if self._mirrored:
            sheet.right_to_left()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        return sheet

    @property
    def _mirrored(self) -> bool:
        return locale(self.report.language).text_direction == "rtl"


def _lines(part: Part) -> Iterable[tuple[Cell, ...]]:
    """The rows with the key of their figure in front, where a dash can be filtered and clicked, unlike nothing."""
    for key, rows in part.rows.items():
        said = tuple(NOT_STATED if cell is None else cell for cell in key)
        yield from ((*said, *row) for row in rows)


def _refuse_what_is_too_long(rows: int, title: str) -> None:
    if rows >= MOST_ROWS:
        raise Refused(
            f"{title} has {rows:,} rows; a sheet of XLSX holds {MOST_ROWS:,}.",
            rule="reports.xlsx_rows",
            subject=title,
            hint="Ask for a part of it with a filter, or write it as CSV.",
        )
