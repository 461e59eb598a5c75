"""The refused rows of an import as a file that can be corrected and imported again."""

import csv
from collections.abc import Sequence
from pathlib import Path

from crm.formulas import defused
from crm.imports.csv_table import OURS
from crm.imports.verdicts import RowVerdict

_ADDED = (f"{OURS}row", f"{OURS}field", f"{OURS}problem", f"{OURS}fix")
_SURPLUS = f"{OURS}surplus"


def write(path: Path, *, header: Sequence[str], rows: Sequence[RowVerdict]) -> int:
    """Write rows under their original header, with what is wrong beside them; every cell is quoted."""
    surplus = any(len(row.cells) > len(header) for row in rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(map(defused, [*header, *_ADDED, *([_SURPLUS] if surplus else [])]))
        for row in rows:
            writer.writerow(map(defused, _cells(row, width=len(header), surplus=surplus)))
    return len(rows)


def _cells(row: RowVerdict, *, width: int, surplus: bool) -> list[str]:
    original = [*row.cells[:width], *[""] * (width - len(row.cells))]
    fields = " | ".join(problem.field or "row" for problem in row.problems)
    reasons = " | ".join(_reason(problem.reason, problem.candidates) for problem in row.problems)
    fixes = " | ".join(problem.fix for problem in row.problems)
    return [
        *original,
        str(row.row),
        fields,
        reasons,
        fixes,
        *([" | ".join(row.cells[width:])] if surplus else []),
    ]


def _reason(reason: str, candidates: Sequence[str]) -> str:
    return f"{reason} Candidates: {'; '.join(candidates)}." if candidates else reason
