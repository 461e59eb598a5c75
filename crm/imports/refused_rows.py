"""The rows of an import that wait for a person, as a file that can be corrected and imported again."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from crm.formulas import defused
from crm.imports.table import DECISION, OURS
from crm.imports.verdicts import RowVerdict

_ADDED = (DECISION, f"{OURS}row", f"{OURS}field", f"{OURS}problem", f"{OURS}fix", f"{OURS}surplus")


def write(path: Path, *, header: Sequence[str], rows: Iterable[RowVerdict]) -> int:
    """Write rows under their original header, with what is wrong beside them; every cell is quoted."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(map(defused, [*header, *_ADDED]))
        for row in rows:
            writer.writerow(map(defused, _cells(row, width=len(header))))
            count += 1
    return count


def _cells(row: RowVerdict, *, width: int) -> list[str]:
    return [
        *row.cells[:width],
        *[""] * (width - len(row.cells)),
        "",
        str(row.row),
        " | ".join(problem.field or "row" for problem in row.problems),
        " | ".join(_reason(problem.reason, problem.candidates) for problem in row.problems),
        " | ".join(problem.fix for problem in row.problems),
        " | ".join(row.cells[width:]),
    ]


def _reason(reason: str, candidates: Sequence[str]) -> str:
    return f"{reason} Candidates: {'; '.join(candidates)}." if candidates else reason
