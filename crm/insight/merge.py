"""What came of a merge, and of undoing one: plain frozen values that print well."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crm.insight.merge_tables import MergedKind
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Stayed(Shown):
    """A row that stayed with the duplicate, because the keeper has its like.

    Attributes:
        record: the row, e.g. "role:4711".
        rule: the constraint of the database that allows it once.
    """

    record: str
    rule: str


@dataclass(frozen=True, slots=True)
class Difference(Shown):
    """A field in which keeper and duplicate differ; the keeper's value stands."""

    field: str
    keeper: object
    duplicate: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Shown):
    """A merge, or what one would come to.

    Attributes:
        id: None for a dry run.
        moved: how many rows went over to the keeper, by table and column.
        stayed: the rows that stayed with the duplicate.
        taken_over: the fields in which the keeper had nothing and took over what the duplicate had.
        differs: the fields in which the two still differ.
        undone_at: when it was undone.
    """

    id: int | None
    kind: MergedKind
    keeper_id: int
    keeper: str
    duplicate_id: int
    duplicate: str
    at: datetime
    by: str
    reason: str
    moved: Mapping[str, int]
    stayed: tuple[Stayed, ...]
    taken_over: tuple[str, ...]
    differs: tuple[Difference, ...]
    undone_at: datetime | None = None

    def __str__(self) -> str:
        what = f"{self.duplicate} ({self.duplicate_id}) merged into {self.keeper} ({self.keeper_id})"
        stayed = f"; {len(self.stayed)} stayed" if self.stayed else ""
        return f"{what} on {self.at:%-d %B %Y} by {self.by}: {_counted(self.moved)} moved{stayed}"


@dataclass(frozen=True, slots=True)
class Left(Shown):
    """A value that was not put back.

    Attributes:
        record: the row, e.g. "interaction:4711".
        field: the column.
        why: what stands against it.
    """

    record: str
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerged(Shown):
    """What came of undoing a merge.

    Attributes:
        put_back: how many values are again as they were, by table and column.
        left: the values that somebody has changed since, or that cannot stand there any more.
    """

    merge_id: int
    kind: MergedKind
    keeper_id: int
    keeper: str
    duplicate_id: int
    duplicate: str
    at: datetime
    by: str
    reason: str
    put_back: Mapping[str, int]
    left: tuple[Left, ...]

    def __str__(self) -> str:
        what = f"{self.duplicate} ({self.duplicate_id}) taken out of {self.keeper} ({self.keeper_id})"
        left = f"; {len(self.left)} left as they are" if self.left else ""
        return f"{what} on {self.at:%-d %B %Y} by {self.by}: {_counted(self.put_back)} put back{left}"


def _counted(rows: Mapping[str, int]) -> str:
    tables: Counter[str] = Counter()
    for column, count in rows.items():
        tables[column.partition(".")[0].replace("_", " ")] += count
    return ", ".join(f"{count} {table}" for table, count in tables.items()) or "nothing"
