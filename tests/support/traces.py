"""Looking for a person everywhere in a book, and putting them everywhere first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Date, Engine, Enum, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

from crm.store.columns import UtcDateTime, is_personal
from crm.store.records import Record


def found_in(engine: Engine, *traces: str) -> list[str]:
    """Every column of the database, whatever its type, in which one of these stands: "interaction.summary: …"."""
    wanted = [trace.casefold() for trace in traces]
    return [
        f"{table.name}.{name}: {value}"
        for table in Record.metadata.sorted_tables
        for name, value in _values(engine, table)
        if any(trace in value.casefold() for trace in wanted)
    ]


def _values(engine: Engine, table: Table) -> Iterator[tuple[str, str]]:
    with engine.connect() as connection:
        for row in connection.execute(table.select()).mappings():
            for name, value in row.items():
                yield name, value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def plant(engine: Engine, table: Table, *, about: int, number: int, says: str) -> None:
    """Put a row into a table, whatever its columns: it points to a person, and all that is personal speaks.

    Args:
        engine: the database.
        table: the table.
        about: the number of the person.
        number: the row's own number; further references hold the numbers after it.
        says: what stands in its personal columns.
    """
    further = count(number + 1)
    values = {
        column.name: _value(column, about=about, number=number, further=further, says=says)
        for column in table.columns
        if _is_filled(column)
    }
    with engine.begin() as connection:
        # Only the owner of the server may do this: what is referred to need not be there.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(table.insert(), [values])


def _is_filled(column: Column[Any]) -> bool:
    plain = isinstance(column.type, BigInteger) and not column.foreign_keys
    tells = is_personal(column) or isinstance(column.type, UtcDateTime | Date)
    # A line of an invoice names one of three things; the application will do.
    named = bool(_targets(column) & {"person", "organization", "application"})
    # The kind of event that a row gets, the last one, is the withdrawal of a notice; it says of which.
    named = named or column.name == "withdraws_id"
    return not column.nullable or plain or tells or named


def _targets(column: Column[Any]) -> set[str]:
    return {key.column.table.name for key in column.foreign_keys}


def _number(column: Column[Any], *, about: int, number: int, further: Iterator[int]) -> int:
    """A row's own number, that of the person in the first column that may hold it, and others elsewhere."""
    people = [c for c in column.table.columns if "person" in _targets(c)]
    if column in people[:1] or not (column.primary_key or column.foreign_keys):
        return about
    return next(further) if column.foreign_keys else number


def _value(column: Column[Any], *, about: int, number: int, further: Iterator[int], says: str) -> Any:
    if isinstance(column.type, BigInteger):
        return _number(column, about=about, number=number, further=further)
    if is_personal(column):
        return _personal(column, says)
    if isinstance(column.type, Enum):
        return column.type.enums[-1]
    if isinstance(column.type, UtcDateTime):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(column.type, AutoString):
        return f"{column.name} {number}"
    return {} if isinstance(column.type, JSONB) else _PLAIN[column.type.python_type]


_PLAIN = {
    date: date(2026, 1, 1),
    bool: False,
    int: 1,
    Decimal: Decimal(1),
    list: [],
}
"""What stands in a column that says nothing about anybody, by its kind."""


def _personal(column: Column[Any], says: str) -> Any:
    match column.type:
        case LargeBinary():
            return says.encode()
        case JSONB():
            return {"deep": [{"down": says}]}
        case ARRAY():
            return [says]
        case Enum() as kind:
            return kind.enums[0]
        case _:
            return says
