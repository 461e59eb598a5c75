"""Writing at once, without the unit of work, which takes three times as long to find out what to do."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import JSON, Insert, TextClause, bindparam, insert, inspect, text
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session

from crm.store.records import Record
from crm.store.trail import plain

_AS_THEY_ARE = frozenset({type(None), bool, int, str, dict, list})
"""What `plain` leaves as it is, and what nearly all values are."""


class _Table(NamedTuple):
    """How a kind of record is written: the statement, its fields by column, and the fields of its key."""

    statement: Insert
    fields: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


def insert_record(session: Session, record: Record) -> None:
    """Write a new record; it has its id afterwards, and the session knows it like one that was read.

    Args:
        session: of the verb; what waits in it is written first.
        record: one that is not in the book yet.
    """
    if session.new or session.dirty or session.deleted:
        session.flush()
    table = _table(type(record))
    values = {column: getattr(record, field) for column, field in table.fields}
    given = {
        column: value for column, value in values.items() if value is not None or column not in table.key
    }
    key = session.connection().execute(table.statement, given).inserted_primary_key
    for field, value in zip(table.key, key or (), strict=True):
        setattr(record, field, value)
    make_transient_to_detached(record)
    session.add(record)


def insert_rows(
    session: Session,
    kind: type[Record],
    rows: Sequence[Mapping[str, Any]],
    *,
    common: Mapping[str, Any] = MappingProxyType({}),
    unless: str = "",
) -> frozenset[int]:
    """Write many rows in one round trip, past the trail; rows without an id get one.

    Args:
        session: a transaction under way.
        kind: the table.
        rows: the values by field, checked already, the same fields in each.
        common: the values of fields that the rows do not have, the same for all; they go to the server once.
        unless: a unique constraint; a row that would violate it is left out.

    Returns:
        The ids of the rows that were written.
    """
    if not rows:
        return frozenset()
    statement = _many(kind, tuple(dict.fromkeys([*rows[0], *common])), unless)
    (base,) = documents([common])
    written = session.connection().execute(statement, {"rows": documents(rows), "common": base})
    return frozenset(written.scalars())


def update_rows(session: Session, kind: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    """Change many rows in one round trip, past the trail.

    Args:
        session: a transaction under way, which holds the rows locked if others may want them.
        kind: the table.
        rows: the id and the new values by field, checked already, the same fields in each.
    """
    if rows:
        session.connection().execute(_changed(kind, tuple(rows[0])), {"rows": documents(rows)})


def documents(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as one JSON value, so that a statement has the same text however many there are."""
    return [
        {name: value if type(value) in _AS_THEY_ARE else plain(value) for name, value in row.items()}
        for row in rows
    ]


@cache
def _many(kind: type[Record], fields: tuple[str, ...], unless: str) -> TextClause:
    table = inspect(kind).local_table
    names = [table.columns[field].name for field in fields]
    chosen = [f'row."{name}"' for name in names]
    if "id" not in names:
        names, chosen = [*names, "id"], [*chosen, "nextval('accord_id')"]
    columns = ", ".join(f'"{name}"' for name in names)
    # Names of tables, columns and constraints of ours; whatever comes from elsewhere is in the parameter.
    statement = (
        f'INSERT INTO "{table.name}" ({columns}) SELECT {", ".join(chosen)}'  # noqa: S608
        f' FROM json_populate_recordset(json_populate_record(NULL::"{table.name}", :common), :rows) AS row'
        + (f' ON CONFLICT ON CONSTRAINT "{unless}" DO NOTHING' if unless else "")
        + " RETURNING id"
    )
    return text(statement).bindparams(bindparam("rows", type_=JSON), bindparam("common", type_=JSON))


@cache
def _changed(kind: type[Record], fields: tuple[str, ...]) -> TextClause:
    table = inspect(kind).local_table
    names = [table.columns[field].name for field in fields if field != "id"]
    values = ", ".join(f'"{name}" = row."{name}"' for name in names)
    source = f'json_populate_recordset(NULL::"{table.name}", :rows) AS row'
    statement = f'UPDATE "{table.name}" SET {values} FROM {source} WHERE "{table.name}".id = row.id'  # noqa: S608
    return text(statement).bindparams(bindparam("rows", type_=JSON))


@cache
def _table(kind: type[Record]) -> _Table:
    mapper = inspect(kind)
    fields = tuple((attribute.columns[0].name, attribute.key) for attribute in mapper.column_attrs)
    key = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
    statement: Any = insert(mapper.local_table)
    return _Table(statement, fields, key)
