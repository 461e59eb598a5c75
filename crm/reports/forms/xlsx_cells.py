"""The cells of a spreadsheet: each is what it is, and what a spreadsheet cannot hold is counted and told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm.formulas import defused
from crm.reports.columns import Cell, Column, ColumnKind

LONGEST = 32_767
"""What one cell holds, in UTF-16 units ("Excel specifications and limits")."""

DIGITS = 15
"""The digits that a spreadsheet keeps of a number (the same page)."""

FIRST_DAY = date(1900, 3, 1)
"""The first day that all spreadsheets count alike: Excel takes 1900 for a leap year, so earlier days are texts."""

_NUMBERS = {
    ColumnKind.COUNT: "#,##0",
    ColumnKind.SHARE: "0.0%",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.UNITS: "# ?/??",
    ColumnKind.ID: "0",
}
_LINK = {"font_color": "#0B57A4", "underline": 1}


class Cells:
    """Puts cells into the sheets of one workbook.

    Attributes:
        cut: how many texts were longer than a cell can be, and end in an ellipsis.
        as_text: how many numbers have more digits than a spreadsheet keeps, and stand as texts.
    """

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.cut = 0
        self.as_text = 0

    def put(
        self,
        sheet: Worksheet,
        place: tuple[int, int],
        cell: Cell,
        column: Column,
        *,
        link: str = "",
        **look: Any,
    ) -> None:
        """Put a cell of a column into its place, as a number, a day or a text; never as a formula.

        Args:
            sheet: where.
            place: row and column, counted from 0.
            cell: the value; None leaves the cell empty.
            column: what it is.
            link: a place in this workbook to which the cell leads.
            **look: how it looks, in the words of XlsxWriter.
        """
        if link:
            look |= _LINK
            sheet.write_url(*place, link)  # what is written next stands in the cell, and the link stays
        if column.kind is ColumnKind.NOTE:
            look["text_wrap"] = True
        if isinstance(cell, date) and cell >= FIRST_DAY:
            sheet.write_datetime(*place, cell, self._format(num_format="yyyy-mm-dd", **look))
        elif isinstance(cell, (int, Decimal)) and self._keeps(cell, column):
            sheet.write_number(*place, cell, self._format(num_format=_pattern(column), **look))
        elif cell is None:
            sheet.write_blank(*place, None, self._format(**look))
        else:
            self.text(sheet, place, f"{cell:f}" if isinstance(cell, Decimal) else str(cell), **look)

    def text(self, sheet: Worksheet, place: tuple[int, int], text: str, **look: Any) -> None:
        """Put a text, which stays one even when somebody edits the cell."""
        if defused(text) != text:
            look["quote_prefix"] = True
        sheet.write_string(*place, self._fitted(text), self._format(**look))

    def link(self, sheet: Worksheet, place: tuple[int, int], text: str, to: str) -> None:
        """Put a text that leads to a place in this workbook."""
        sheet.write_url(*place, to)
        self.text(sheet, place, text, **_LINK)

    def _keeps(self, number: int | Decimal, column: Column) -> bool:
        """Whether a spreadsheet keeps every digit that a reader would see; shares are rounded anyway."""
        if column.kind is ColumnKind.SHARE:
            return True
        seen = round(Decimal(number), 2)
        kept = round(Decimal(f"{float(number):.{DIGITS}g}"), 2) == seen
        self.as_text += not kept
        return kept

    def _fitted(self, text: str) -> str:
        units = text.encode("utf-16-le", "surrogatepass")
        if len(units) <= 2 * LONGEST:
            return text
        self.cut += 1
        return units[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"

    def _format(self, **look: Any) -> Format:
        wanted = {"valign": "top", **look}
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(wanted)
        return self._formats[key]


def _pattern(column: Column) -> str:
    pattern = _NUMBERS.get(column.kind, "General")
    if column.kind is ColumnKind.MONEY and column.currency and column.currency.isalpha():
        return f"[${column.currency}] {pattern}"
    return pattern
