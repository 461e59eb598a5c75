"""What happens to every row of an import, as a file to look through before it is done for good."""

import csv
from collections.abc import Iterable
from pathlib import Path

from crm.formulas import defused
from crm.imports.verdicts import RowVerdict

_HEADER = ("row", "verdict", "name", "record", "notes", "problems")


def write(path: Path, *, rows: Iterable[RowVerdict]) -> int:
    """Write a line for every row, with what was noticed and what is wrong; every cell is quoted."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(_HEADER)
        for row in rows:
            writer.writerow(map(defused, _cells(row)))
            count += 1
    return count


def _cells(row: RowVerdict) -> list[str]:
    record = "" if row.subject_id is None else str(row.subject_id)
    notes, problems = (" | ".join(map(str, said)) for said in (row.notes, row.problems))
    return [str(row.row), row.verdict.value, row.name, record, notes, problems]
