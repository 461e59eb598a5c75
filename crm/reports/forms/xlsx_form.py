"""A report as a spreadsheet: what it says first, then its table, then the rows behind its figures, linked to and fro.

Numbers are numbers and texts are texts, so nothing in a name can run as a formula. The list stands by itself, with
its subtotals and total below it, so that sorting and filtering leave those alone. The same report gives the same
bytes. Rows are written one by one: a long sheet needs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm.reference.languages import locale
from crm.reports.columns import Cell, Column, ColumnKind, Row
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import shown
from crm.reports.forms.file import replacing
from crm.reports.forms.words import words
from crm.reports.forms.xlsx_cells import Cells
from crm.reports.forms.xlsx_layout import (
    MOST_LINKS,
    MOST_ROWS,
    place,
    refuse_what_is_too_long,
    sheet_name,
    widths,
)
from crm.reports.forms.xlsx_rows import Part, part_of

if TYPE_CHECKING:
    from crm.reports.report import Report

_A4 = 9


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
        created = report.as_of.astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties({"title": report.title, "comments": report.definition, "created": created})
        self.about = self._sheet(self.words["about"])
        self.table = self._sheet(self.words["table"])
        self.parts = tuple(self._parts())

    def fill(self) -> None:
        """Write every sheet; the first one last, because it tells what the others could not hold."""
        refuse_what_is_too_long(len(self.report) + len(self.report.groups) + 1, self.report.title)
        self._fill_table()
        for part in self.parts:
            self._fill_part(part)
        self._fill_about()

    def _parts(self) -> Iterable[Part]:
        behind = self.report.behind
        figures = [c for c in self.report.columns if behind and c.key in behind.figures]
        for figure in figures:
            name = self.words["rows"] if len(figures) == 1 else f"{self.words['rows']} {figure.title}"
            part = part_of(self.report, figure, self._sheet(name))
            refuse_what_is_too_long(len(part), figure.title)
            yield part

    def _fill_table(self) -> None:
        report, columns = self.report, self.report.columns
        self._begin(self.table, columns, ([*row.values()] for row in report), rows=len(report))
        for at, row in enumerate(report, start=1):
            links = self._links(row)
            for across, column in enumerate(columns):
                link = links.get(column.key, "")
                self.cells.put(self.table, (at, across), row[column.key], column, link=link)
        self._fill_foot(len(report) + 2)

    def _fill_foot(self, at: int) -> None:
        report = self.report
        sums = [(group.name, group.totals) for group in report.groups if report.grouped_by and group.totals]
        sums += [(self.words["total"], report.totals)] if report.totals else []
        for down, (name, totals) in enumerate(sums, start=at):
            for across, column in enumerate(self.report.columns):
                if column.key in totals:
                    self.cells.put(self.table, (down, across), totals[column.key], column, bold=True)
                elif across == 0:
                    self.cells.text(self.table, (down, across), name, bold=True)

    def _links(self, row: Row) -> dict[str, str]:
        """For each figure of a row that has rows behind it, the place where they stand."""
        places = {part.figure.key: part.place_of(row) for part in self.parts}
        return {key: found for key, found in places.items() if found and self._may_link()}

    def _may_link(self) -> bool:
        may: bool = self.table.hlink_count < MOST_LINKS
        self.unlinked += not may
        return may

    def _fill_part(self, part: Part) -> None:
        self._begin(part.sheet, part.columns, part.lines(), rows=len(part))
        back = self._figures_of(part)
        for at, row in enumerate(part.lines(), start=1):
            for across, (column, cell) in enumerate(zip(part.columns, row, strict=True)):
                link = back.get(at, "") if across == 0 else ""
                self.cells.put(part.sheet, (at, across), cell, column, link=link)

    def _figures_of(self, part: Part) -> dict[int, str]:
        """For the first row behind each figure, the place of the figure."""
        across = self.report.columns.index(part.figure)
        firsts = ((part.first_of(row), at) for at, row in enumerate(self.report, start=1))
        found = ((first, at) for first, at in firsts if first is not None)
        return {first: place(self.table, at, at, across, across) for first, at in islice(found, MOST_LINKS)}

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
            self.cells.link(sheet, (at, 0), other.get_name(), place(other, 0, 0, 0, 0))

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
