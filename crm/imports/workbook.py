"""A sheet of an .xlsx workbook as a table, row by row: what is calculated counts as it was last saved."""

import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import IO, Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import CELL_TAG, DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from crm.errors import InvalidInput
from crm.imports.cells import UNCALCULATED
from crm.imports.lines import LONGEST_CELL, Line
from crm.imports.table import Table, columns_of, no_header
from crm.imports.verdicts import Problem, ProblemKind
from crm.imports.workbook_guard import damaged, digest_of, ensure_bearable, ensure_whole

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
    ensure_bearable(stream, name=name)
    book = _opened(stream, name=name)
    part = _chosen(book.sheets, name=name, sheet=sheet)
    rows = ensure_whole(book.archive, part, name=name)
    first = next(_lines(book, part, name=name, width=0), Line(1, ()))
    header = columns_of(first)
    if first.row != 1 or not any(header):
        raise no_header(name)

    def read() -> Iterator[Line]:
        return _lines(book, part, name=name, width=len(header))

    return Table.of(header, file=name, digest=digest, total=max(rows - 1, 0), lines=read)


class _Book(ExcelReader):  # type: ignore[misc]  # the library is untyped
    """What the sheets of a workbook share: texts, formats, and where each sheet is. None of them is read here.

    The library's own way of opening a workbook reads through each sheet that does not state its size.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream, read_only=True, data_only=True, keep_links=False)
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self.sheets: dict[str, str] = {
            sheet.name: related.target
            for sheet, related in self.parser.find_sheets()
            if related.target in self.valid_files and "chartsheet" not in related.Type
        }


def _opened(stream: BinaryIO, *, name: str) -> _Book:
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are none of an import's business
        try:
            return _Book(stream)
        except Exception as error:  # a damaged file fails in whatever part of the library meets it first
            raise damaged(name) from error


def _chosen(sheets: Mapping[str, str], *, name: str, sheet: str | None) -> str:
    part = next(iter(sheets.values()), None) if sheet is None else sheets.get(sheet)
    if part is not None:
        return part
    raise InvalidInput(
        f"{name} has no sheet {sheet!r}." if sheet else f"{name} has no sheet with rows.",
        subject=name,
        field="sheet",
        value=sheet,
        candidates=list(sheets),
    )


def _lines(book: _Book, part: str, *, name: str, width: int) -> Iterator[Line]:
    with book.archive.open(part) as source:
        for row, values in _Rows(source, book).parse():
            if row > MOST_ROWS:
                raise InvalidInput(f"{name} has more than {MOST_ROWS:,} rows.", subject=name, row=row)
            cells = tuple(map(_text, values))
            line = Line(row, cells + ("",) * (width - len(cells)))
            yield Line(row, line.cells, _problem(line))


class _Rows(WorkSheetParser):  # type: ignore[misc]  # the library is untyped
    """The rows of a sheet, each let go once it has been read."""

    col_counter: int

    def __init__(self, source: IO[bytes], book: _Book) -> None:
        super().__init__(
            source,
            book.shared_strings,
            data_only=True,
            epoch=book.wb.epoch,
            date_formats=book.wb._date_formats,  # noqa: SLF001 - the library tells it nowhere else
            timedelta_formats=book.wb._timedelta_formats,  # noqa: SLF001
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
