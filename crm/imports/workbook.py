"""A sheet of an .xlsx workbook as a table, row by row: what is calculated counts as it was last saved."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import CELL_TAG, DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from crm.errors import InvalidInput
from crm.imports.cells import UNCALCULATED
from crm.imports.lines import LONGEST_CELL, Line
from crm.imports.table import Table, columns_of, no_header
from crm.imports.verdicts import Problem, ProblemKind
from crm.imports.workbook_guard import archive_of, damaged, digest_of, ensure_whole

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
"""What a sheet of an .xlsx file can have (ECMA-376, as Excel implements it)."""

_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def sheet_of(stream: BinaryIO, *, name: str, sheet: str | None = None) -> Table:
    """The table in a sheet of a workbook.

    Args:
        stream: the file.
        name: what it is called, for messages.
        sheet: the name of the sheet; the first one if left out.

    Raises:
        InvalidInput: it is damaged, too large, has no such sheet, or no header.
    """
    digest = digest_of(stream)
    archive = archive_of(stream, name=name)
    chosen = _chosen(_workbook(stream, name=name), name=name, sheet=sheet)
    ensure_whole(archive, chosen._worksheet_path, name=name)  # noqa: SLF001 - openpyxl tells it nowhere else
    first = next(_lines(chosen, name=name, width=0), Line(1, ()))
    header = columns_of(first)
    if first.row != 1 or not any(header):
        raise no_header(name)

    def read() -> Iterator[Line]:
        return _lines(chosen, name=name, width=len(header))

    total = max((chosen.max_row or 1) - 1, 0)
    return Table.of(header, file=name, digest=digest, total=total, lines=read)


def _workbook(stream: BinaryIO, *, name: str) -> Workbook:
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are none of an import's business
        try:
            return load_workbook(stream, read_only=True, data_only=True)
        except Exception as error:  # a damaged file fails in whatever part of the library meets it first
            raise damaged(name) from error


def _chosen(workbook: Workbook, *, name: str, sheet: str | None) -> ReadOnlyWorksheet:
    sheets = {found.title: found for found in workbook.worksheets}
    if sheet is None and sheets:
        return next(iter(sheets.values()))
    if sheet in sheets:
        return sheets[sheet]
    raise InvalidInput(
        f"{name} has no sheet {sheet!r}." if sheet else f"{name} has no sheet with rows.",
        subject=name,
        field="sheet",
        value=sheet,
        candidates=list(sheets),
    )


def _lines(sheet: ReadOnlyWorksheet, *, name: str, width: int) -> Iterator[Line]:
    with sheet._get_source() as source:  # noqa: SLF001 - its own iterator keeps what it has read
        for row, values in _Rows(source, sheet).parse():
            if row > MOST_ROWS:
                raise InvalidInput(f"{name} has more than {MOST_ROWS:,} rows.", subject=name, row=row)
            cells = tuple(map(_text, values))
            line = Line(row, cells + ("",) * (width - len(cells)))
            yield Line(row, line.cells, _problem(line))


class _Rows(WorkSheetParser):  # type: ignore[misc]  # the library is untyped
    """The rows of a sheet, each let go once it has been read."""

    col_counter: int

    def __init__(self, source: BinaryIO, sheet: ReadOnlyWorksheet) -> None:
        book = sheet.parent
        super().__init__(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )

    def parse(self) -> Iterator[tuple[int, list[Any]]]:
        """The values of each row that stands in the file, with its number."""
        data: Any = None
        cells = last = 0
        for event, element in iterparse(self.source, events=("start", "end")):
            if event == "start":
                if element.tag == DATA_TAG:
                    data = element
            elif element.tag == CELL_TAG:
                cells += 1
                if cells > MOST_COLUMNS:
                    raise InvalidInput(
                        f"A row has more than {MOST_COLUMNS:,} cells.", row=self.row_counter + 1
                    )
            elif element.tag == ROW_TAG:
                found = self._cells(element)
                # Whatever the numbers in the file say, no two rows have the same.
                last = max(self.row_counter, last + 1)
                yield last, _in_columns(found)
                self.row_dimensions.clear()
                data.clear()
                cells = 0
            elif element.tag == DATA_TAG:
                return

    def _cells(self, element: Any) -> list[dict[str, Any]]:
        try:
            return list(self.parse_row(element)[1])
        except ValueError:
            del element.attrib["r"]  # no number: it is the next row then
            return list(self.parse_row(element)[1])

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A cell; one that cannot be read, and a formula without a saved value, are told by a text of their own."""
        before = self.col_counter
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except (ValueError, LookupError, TypeError, OverflowError):
            column = self.col_counter = max(self.col_counter, before + 1)
            cell = {"row": self.row_counter, "column": column, "value": _UNREADABLE, "data_type": "e"}
        if element.find(FORMULA_TAG) is not None and not element.findtext(VALUE_TAG):
            cell["value"] = UNCALCULATED
        return cell


def _in_columns(cells: list[dict[str, Any]]) -> list[Any]:
    last = max((cell["column"] for cell in cells), default=0)
    values = [None] * min(last, MOST_COLUMNS)
    for cell in cells:
        if cell["column"] <= MOST_COLUMNS:
            values[cell["column"] - 1] = cell["value"]
    return values


def _text(value: Any) -> str:  # noqa: PLR0911 - one line for each kind of value
    """What stands in a cell, as a CSV file would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return format(value, ".15g")  # as many digits as a spreadsheet has
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
    return str(value)


def _problem(line: Line) -> Problem | None:
    if any(len(cell) > LONGEST_CELL for cell in line.cells):
        reason = f"A cell has more than {LONGEST_CELL:,} characters."
        return Problem(ProblemKind.TOO_LONG, "", "", reason, "Shorten it.")
    return None
