"""`python -m benchmarks.import_memory URL FILE`: import a file, write out what was refused, and say the peak memory in MB."""

import sys
from pathlib import Path

from benchmarks.dataset import book_at
from benchmarks.import_organizations import MAPPING


def main(url: str, file: str) -> None:
    """Import a file in this process."""
    with book_at(url) as book:
        report = book.imports.organizations(file, MAPPING, source_name=file)
        report.to_csv_refused(Path(file).with_suffix(".refused.csv"))
    print(peak())


def peak(process: int | str = "self") -> float:
    """The most memory that a process has held, this one where none is named, in MB.

    Linux tells it of the process alone; what `getrusage` says begins with what the parent held.
    """
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
