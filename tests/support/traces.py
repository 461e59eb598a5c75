"""Looking for a person everywhere in a book, and putting them everywhere first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Engine, Enum, LargeBinary, Table, text
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
    """Put a row into a table, whatever its columns: all that may point to a person does, all that is personal speaks.

    Args:
        engine: the database.
        table: the table.
        about: what every reference and every plain number holds.
        number: the row's own number.
        says: what stands in its personal columns.
    """
    values = {
        column.name: _value(column, about=about, number=number, says=says)
        for column in table.columns
        if column.foreign_keys or not column.nullable or is_personal(column) or _is_number(column)
    }
    with engine.begin() as connection:
        # Only the owner of the server may do this: what is referred to need not be there.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(table.insert(), [values])


def _value(column: Column[Any], *, about: int, number: int, says: str) -> Any:
    if _is_number(column):
        return number if column.primary_key and not column.foreign_keys else about
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


def _is_number(column: Column[Any]) -> bool:
    return isinstance(column.type, BigInteger)
