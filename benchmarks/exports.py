"""Writing a long report to a file: what it takes beside its rows, and how long."""

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured
from benchmarks.profiles import profiled
from crm.reports import Report

_MEGABYTE = 1024 * 1024
_SHORTER = 10


def figures(bench: Bench) -> Iterator[Figure]:
    """The memory of a long report beside that of a tenth of it, and the time beside Python's bare CSV writer."""
    long = bench.book.reports.prospects_by_state().rows_behind("total", "prospects")
    short = replace(long, rows=long.rows[: len(long) // _SHORTER + 1])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        yield _memory(bench, "to_csv", lambda: long.to_csv(path), lambda: short.to_csv(path), rows=len(long))
        yield _memory(
            bench, "to_json", lambda: long.to_json(path), lambda: short.to_json(path), rows=len(long)
        )
        yield bench.compare(
            "to_csv of a long report",
            lambda: long.to_csv(path),
            lambda: _bare(long, path),
            allowed=4,
            note=f"{len(long):,} rows, as_of and formulas disarmed; ceiling: csv.writer on the bare rows",
        )


def _memory(
    bench: Bench, form: str, long: Callable[[], object], short: Callable[[], object], *, rows: int
) -> Figure:
    note = f"the most that Python holds beside the {rows:,} rows; ceiling: the same for a tenth of them"
    figure = Figure(f"memory of {form}", _peak(long), _peak(short), 1.5, note)
    return bench.judged(figure, lambda: profiled(long))


def _peak(call: Callable[[], object]) -> Measured:
    """What is allocated at the worst moment of a call, as Python counts it: alike on every system and in every run."""
    call()
    tracemalloc.start()
    try:
        call()
        return Measured((tracemalloc.get_traced_memory()[1] / _MEGABYTE,), unit="MB")
    finally:
        tracemalloc.stop()


def _bare(report: Report, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(report.rows)
