"""Where things stand in a spreadsheet: names of sheets, addresses of places, widths of columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from rich.cells import cell_len
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm.errors import Refused
from crm.reports.columns import Cell, Column
from crm.reports.forms.figures import shown

MOST_ROWS = 1_048_576
"""The rows of a sheet ("Excel specifications and limits"), its header included."""

MOST_LINKS = 65_530
"""The links of a sheet (the same page)."""

LONGEST_NAME = 31
"""The longest name of a sheet, in UTF-16 units (the same page)."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTHS = (9, 60)
_LOOKED_AT = 1_000


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have: short, not taken, and without the signs that are forbidden in one."""
    clean = " ".join(_FORBIDDEN.sub(" ", wanted).split()).strip(" '")
    for number in range(1, len(taken) + 2):
        tail = f" {number}" if number > 1 else ""
        name = (
            clean.encode("utf-16-le")[: 2 * (LONGEST_NAME - len(tail))].decode("utf-16-le", "ignore") + tail
        )
        if name.casefold() not in taken:
            break
    return name


def refuse_what_is_too_long(rows: int, title: str) -> None:
    """Refuse more rows than a sheet holds: what would be left out, nobody would miss."""
    if rows >= MOST_ROWS:
        raise Refused(
            f"{title} has {rows:,} rows; a sheet of XLSX holds {MOST_ROWS:,}.",
            rule="reports.xlsx_rows",
            subject=title,
            hint="Ask for a part of it with a filter, or write it as CSV.",
        )


def place(sheet: Worksheet, first: int, last: int, left: int, right: int) -> str:
    """A range of a sheet, rows and columns counted from 0, as the address of a link within the workbook."""
    name = sheet.get_name().replace("'", "''")
    return f"internal:'{name}'!{xl_rowcol_to_cell(first, left)}:{xl_rowcol_to_cell(last, right)}"


def widths(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> list[int]:
    """How wide each column is: as its longest word in the heading and its first cells need, within bounds."""
    least, most = _WIDTHS
    found = [max((cell_len(word) for word in column.heading.split()), default=0) + 3 for column in columns]
    for row in islice(rows, _LOOKED_AT):
        for across, (column, cell) in enumerate(zip(columns, row, strict=True)):
            needed = cell_len(shown(cell, column.kind)[:most]) + 2 + (4 if column.currency else 0)
            found[across] = max(found[across], needed)
    return [min(max(width, least), most) for width in found]
