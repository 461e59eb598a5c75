"""A report as CSV: bare data for spreadsheets and pipes (RFC 4180).

The header row holds the column keys, because they stay the same when a title is reworded or translated; the
titles are in the metadata. Nothing but the header and the rows is written: no title lines, no comments and no
totals, so that every reader of CSV can take it and adding up a column gives the right sum. One column more than
the report has, `as_of`, dates every row, so that the files of several days can be put under one another.

Filters, definition, denominator and notes travel in a second file, `<file>-metadata.json`, at the place where
readers of the W3C's Metadata Vocabulary for Tabular Data (2015) look for it.

A text that a spreadsheet would take for a formula gets an apostrophe in front and every field is quoted (OWASP
ASVS 5.0, 1.2.10). Figures are figures: -5 in a column of numbers stays -5.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm.formulas import defused
from crm.reports.columns import Cell, ColumnKind
from crm.reports.forms.json_form import facts, value, values

if TYPE_CHECKING:
    from crm.reports.report import Report

DATATYPES = {
    ColumnKind.COUNT: "integer",
    ColumnKind.ID: "integer",
    ColumnKind.SHARE: "decimal",
    ColumnKind.MONEY: "decimal",
    ColumnKind.UNITS: "decimal",
    ColumnKind.DATE: "date",
}


def text(report: Report) -> Iterator[str]:
    """The rows as CSV, line by line: every field quoted, lines ended by CR LF."""
    as_of = report.as_of.isoformat()
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield str(writer.writerow([*(column.key for column in report.columns), "as_of"]))
    for row in report.rows:
        yield str(writer.writerow([*map(_field, row), as_of]))


class _Line:
    """Hands back what is written to it, as the writer does in its turn: each line for itself."""

    def write(self, line: str) -> str:
        return line


def metadata(report: Report, file_name: str) -> str:
    """What the CSV file means, for people and for readers of the W3C's vocabulary.

    Args:
        report: the report.
        file_name: the name of the CSV file beside which this is put.
    """
    columns = [
        {"name": column.key, "titles": column.heading, "datatype": DATATYPES.get(column.kind, "string")}
        for column in report.columns
    ]
    said = facts(report)
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": file_name,
        "dc:title": report.title,
        "dc:description": report.definition,
        "dc:language": report.language,
        "dc:modified": report.as_of.isoformat(),
        "tableSchema": {"columns": [*columns, {"name": "as_of", "datatype": "dateTimeStamp"}]},
        "notes": [
            {key: said[key] for key in ("on", "filters", "denominator", "notes")}
            | {"totals": values(report.totals)}
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _field(cell: Cell) -> str:
    if isinstance(cell, str):
        return defused(cell)
    return "" if cell is None else str(value(cell))
