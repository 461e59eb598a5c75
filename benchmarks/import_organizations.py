"""Importing organisations: beside bare inserts of the same rows, and in how much memory."""

import csv
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured, seconds
from benchmarks.profiles import profiled
from crm.book import Book
from crm.store.records import Record

MAPPING = {"name": "Company", "country": "HQ", "website": "Web", "domains": "Domain", "key": "No"}
MAPPING |= {"employees": "Staff"}
_SYLLABLES = [
    first + then + last for first in "bdfgklmnprstvz" for then in "aeiou" for last in ("", "n", "r", "s")
]
_FORMS = ("Ltd", "GmbH", "SA", "Holding", "Networks", "Group")
_COUNTRIES = ("Kenya", "FR", "DEU", "Houston, Texas", "Япония", "BR", "Ghana", "Atlantis")
_TABLES = (
    "organization",
    "organization_name",
    "organization_domain",
    "source_key",
    "role",
    "import_batch",
    "import_row",
)
_CHUNK = 1000
_Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def figures(bench: Bench) -> Iterator[Figure]:
    """The speed of an import of a tenth of the size, and its memory beside that of one four times as long."""
    rows = max(bench.size // 10, 8)
    with tempfile.TemporaryDirectory() as folder, bench.empty_book() as book:
        path = Path(folder) / "companies.csv"
        write_companies(path, rows)
        ours, ceiling = _speeds(book, path, bench.runs)
        yield bench.judged(
            Figure(
                "import of organisations",
                ours,
                ceiling,
                allowed=4,
                note=f"{rows:,} rows, read, checked, matched and written with their trail into six tables;"
                " ceiling: SQLAlchemy Core inserting the rows that came of it, a thousand at a time.",
            ),
            lambda: profiled(lambda: _bring_in(book, path)),
        )
        _wipe(book.engine)
        long, short = (_peak(book, Path(folder), count) for count in (4 * rows, rows))
        yield Figure(
            "memory of an import and of its refused rows written out",
            long,
            short,
            allowed=1.1,
            note=f"the whole process at its peak, {4 * rows:,} rows beside {rows:,}",
        )


def write_companies(path: Path, rows: int) -> None:
    """A file of made-up companies, the same for the same number; one in eight lies in a country that does not exist."""
    chance = random.Random(rows)  # noqa: S311 - nothing secret
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(MAPPING.values())
        for n in range(rows):
            web, country = f"company-{n}.example", _COUNTRIES[n % len(_COUNTRIES)]
            name = f"{_word(chance)} {_word(chance)} {chance.choice(_FORMS)}"
            writer.writerow([name, country, f"https://{web}/en", web, f"K{n}", str(n % 5000)])


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))).capitalize()


def _speeds(book: Book, path: Path, runs: int) -> tuple[Measured, Measured]:
    ours, ceiling = [], []
    for _ in range(runs + 1):  # the first is not counted
        _wipe(book.engine)
        ours.append(seconds(lambda: _bring_in(book, path)))
        held = _held(book.engine)
        _wipe(book.engine)
        ceiling.append(seconds(lambda: _insert(book.engine, held)))  # noqa: B023 - called at once
    return Measured(tuple(ours[1:])), Measured(tuple(ceiling[1:]))


def _bring_in(book: Book, path: Path) -> None:
    book.imports.organizations(path, MAPPING, source_name="benchmark", role="prospect")


def _insert(engine: Engine, held: _Rows) -> None:
    for table, rows in held.items():
        for start in range(0, len(rows), _CHUNK):
            with engine.begin() as connection:
                connection.execute(insert(Record.metadata.tables[table]), rows[start : start + _CHUNK])


def _held(engine: Engine) -> _Rows:
    with engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(select(Record.metadata.tables[table])).mappings()]
            for table in _TABLES
        }


def _wipe(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the trail is append-only
        for table in (*_TABLES, "trail_entry"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - the names above
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _peak(book: Book, folder: Path, rows: int) -> Measured:
    """The memory of a process that imports so many rows."""
    path = folder / f"{rows}.csv"
    write_companies(path, rows)
    url = book.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "benchmarks.import_memory", url, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Measured((float(said),), unit="MB")
