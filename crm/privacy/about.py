"""Where the book speaks of a person: asked of the tables themselves, so that none is forgotten.

A row is about a person if a foreign key of it says so, if a plain number of it is theirs (a number names one thing in
the whole book), or if it belongs to such a row. A new table needs nothing but that, and `personal()` at its texts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Table, select, tuple_
from sqlalchemy import inspect as inspected
from sqlmodel import Session

from crm.directory.merged import among
from crm.directory.people import Person
from crm.insight.references import references_to
from crm.store.columns import is_personal
from crm.store.records import Record, record_of
from crm.store.trail import TrailChange, TrailEntry, TrailPersonal

Key = tuple[Any, ...]

TRAIL = (TrailEntry, TrailChange, TrailPersonal)
"""The trail names what it speaks of in words, and is looked through by itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """The rows of one table that are about somebody."""

    record: type[Record]
    keys: tuple[Key, ...]

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.record.__tablename__)

    @property
    def names(self) -> list[str]:
        """The rows as the trail names them."""
        return [name(self.record, key) for key in self.keys]

    def rows(self) -> ColumnElement[bool]:
        """Whether a row is one of these; for queries."""
        return rows_of(self.record, self.keys)

    def without(self, others: Sequence["Place"]) -> "Place":
        """Those of the rows that stand in none of the other places."""
        taken = {key for other in others if other.record is self.record for key in other.keys}
        return Place(self.record, tuple(key for key in self.keys if key not in taken))


def places_about(session: Session, person_ids: Sequence[int]) -> list[Place]:
    """Every row that is about these people, by table; what a table refers to stands before it."""
    return _belonging(session, {table_of(Person): [(number,) for number in person_ids]}, numbers=person_ids)


def places_near(session: Session, person_ids: Sequence[int]) -> list[Place]:
    """Every row about something that these people took part in, and what belongs to it: meetings and next steps."""
    start: dict[Table, Sequence[Key]] = {}
    for reference in references_to(Person):
        table = table_of(reference.record)
        if is_link(table):
            mine = getattr(reference.record, reference.field)
            for key in table.foreign_keys:
                if key.column.table is not table_of(Person):
                    query = select(key.parent).where(among(mine, person_ids)).distinct()
                    met = {tuple(row) for row in session.execute(query)}
                    start[key.column.table] = sorted({*start.get(key.column.table, ()), *met})
    return [place for place in _belonging(session, start) if not is_link(table_of(place.record))]


def is_link(table: Table) -> bool:
    """Whether a table only says that two things belong together: it has no key but theirs."""
    keys = list(table.primary_key)
    return len(keys) > 1 and all(column.foreign_keys for column in keys)


def table_of(record: type[Record]) -> Table:
    """The table of a kind of record."""
    table = inspected(record).local_table
    assert isinstance(table, Table)
    return table


def personal_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that say something about a person."""
    return [column for column in table.columns if is_personal(column)]


def key_columns(record: type[Record]) -> list[Column[Any]]:
    """The columns that tell the rows of a table apart."""
    return list(table_of(record).primary_key)


def rows_of(record: type[Record], keys: Iterable[Key]) -> ColumnElement[bool]:
    """Whether a row has one of these keys; for queries."""
    columns, wanted = key_columns(record), list(keys)
    if len(columns) == 1 and isinstance(columns[0].type, BigInteger):
        return among(columns[0], [key[0] for key in wanted])
    return tuple_(*columns).in_(wanted)


def name(record: type[Record], key: Key) -> str:
    """How the trail names a row."""
    return f"{record.__tablename__}:{'/'.join(map(str, key))}"


def names_of_rows(session: Session, record: type[Record], names: Iterable[str]) -> list[str]:
    """Those of the names, as the trail names rows, whose rows are there."""
    keys = [tuple(int(part) for part in named.partition(":")[2].split("/")) for named in names]
    found = session.execute(select(*key_columns(record)).where(rows_of(record, keys))) if keys else ()
    return [name(record, tuple(row)) for row in found]


def _belonging(
    session: Session, start: Mapping[Table, Sequence[Key]], *, numbers: Sequence[int] = ()
) -> list[Place]:
    """The rows to start from, and all that belong to them, however far."""
    found = dict(start)
    outside = {table_of(record) for record in TRAIL}
    for table in Record.metadata.sorted_tables:
        conditions = list(_conditions(table, found, numbers)) if table not in outside else []
        if table in start or not conditions:
            continue
        rows: set[Key] = set()
        for condition in conditions:
            query = select(*table.primary_key).where(condition)
            rows.update(tuple(row) for row in session.execute(query))
        found[table] = sorted(rows)
    return [Place(record_of(table.name), tuple(keys)) for table, keys in found.items() if keys]


def _conditions(
    table: Table, found: Mapping[Table, Sequence[Key]], numbers: Sequence[int]
) -> Iterator[ColumnElement[bool]]:
    for column in table.columns:
        for key in column.foreign_keys:
            if key.column.primary_key and found.get(key.column.table):
                yield column.in_([row[0] for row in found[key.column.table]])
        if numbers and _is_plain_number(column):
            yield among(column, numbers)


def _is_plain_number(column: Column[Any]) -> bool:
    return isinstance(column.type, BigInteger) and not column.foreign_keys and not column.primary_key
