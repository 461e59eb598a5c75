"""How the files of facts differ from what the book holds, and the report of a load."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect

from crm.reference.csvfile import Line
from crm.reference.facts import Fact
from crm.shown import Shown

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TableLoad(Shown):
    """What a load did, or would do, with one table.

    Attributes:
        file: the file that was read.
        added: facts that are new.
        changed: facts that differ from what the book held, those that came back included.
        unchanged: facts that are as they were.
        retired: facts that the file no longer holds; their rows stay, marked with the day.
        kept: facts that were edited in the book and are left alone.
    """

    file: str
    added: int
    changed: int
    unchanged: int
    retired: int
    kept: int

    @property
    def touched(self) -> int:
        """How many rows were, or would be, added, changed or retired."""
        return self.added + self.changed + self.retired

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.added} added, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.retired} retired, {self.kept} edited in the book and kept"
        )


@dataclass(frozen=True, slots=True)
class LoadReport(Shown):
    """What a load did, table by table.

    Attributes:
        tables: one entry for each file.
        dry_run: whether nothing was written.
    """

    tables: tuple[TableLoad, ...]
    dry_run: bool

    @property
    def touched(self) -> int:
        """How many rows were, or would be, added, changed or retired."""
        return sum(table.touched for table in self.tables)

    def __getitem__(self, file: str) -> TableLoad:
        return next(table for table in self.tables if table.file == file)

    def __str__(self) -> str:
        return "\n".join(
            ["Dry run, nothing is written:" if self.dry_run else "Loaded:", *map(str, self.tables)]
        )


@dataclass(frozen=True, slots=True)
class Differences:
    """How the lines of a file differ from the rows that the book holds."""

    added: tuple[Fact, ...]
    changed: tuple[tuple[Fact, dict[str, Any]], ...]
    unchanged: int
    retired: tuple[Fact, ...]
    kept: int

    def counted(self, file: str) -> TableLoad:
        """The differences as numbers."""
        return TableLoad(
            file, len(self.added), len(self.changed), self.unchanged, len(self.retired), self.kept
        )


def differences(lines: Iterable[Line[Fact]], held: Sequence[Fact]) -> Differences:
    """Compare the lines of a file with the rows that the book holds. Pure."""
    rows = {key_of(row): row for row in held}
    stated = {key_of(line.fact): line.fact for line in lines}
    mine = {key: row for key, row in rows.items() if not getattr(row, "edited", False)}
    changes = {key: _changes(row, stated[key]) for key, row in mine.items() if key in stated}
    return Differences(
        added=tuple(fact for key, fact in stated.items() if key not in rows),
        changed=tuple((mine[key], values) for key, values in changes.items() if values),
        unchanged=sum(not values for values in changes.values()),
        retired=tuple(row for key, row in mine.items() if key not in stated and row.retired_on is None),
        kept=len(rows) - len(mine),
    )


def key_of(fact: Fact) -> Key:
    """The natural key of a fact."""
    return tuple(getattr(fact, column.key) for column in inspect(type(fact)).primary_key)


def _changes(row: Fact, fact: Fact) -> dict[str, Any]:
    stated = {name: getattr(fact, name) for name in (*type(fact).columns(), "retired_on")}
    return {name: value for name, value in stated.items() if getattr(row, name) != value}
