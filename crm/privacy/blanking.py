"""Taking words away and leaving the fact: what happened stays on record, what was said about a person does not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_origin

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Enum,
    LargeBinary,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from crm.insight.search_text import put_words_again
from crm.privacy.about import Key, key_columns, name, personal_columns, rows_of, table_of
from crm.privacy.traces import Finder
from crm.shown import Shown
from crm.store.columns import ERASED, is_text
from crm.store.records import Record


@dataclass(frozen=True, slots=True)
class Mention(Shown):
    """A text that speaks of somebody.

    Attributes:
        record: the row as the trail names it: "interaction:4711".
        field: the column.
        text: what stands there; after an erasure, without the person.
    """

    record: str
    field: str
    text: str


def blank(
    session: Session,
    record: type[Record],
    where: ColumnElement[bool],
    *,
    fields: Iterable[str] | None = None,
) -> Counter[str]:
    """Empty the personal columns of some rows, or put a neutral text where something has to stand.

    Args:
        session: the session of the verb.
        record: the table.
        where: which rows.
        fields: only these columns.

    Returns:
        How many values went, by table and column.
    """
    table, wanted = table_of(record), None if fields is None else set(fields)
    columns = [c for c in personal_columns(table) if wanted is None or c.name in wanted]
    if not columns:
        return Counter()
    counted = select(*(func.count().filter(holds_something(column)) for column in columns)).where(where)
    gone = Counter(dict(zip(map(str, columns), session.execute(counted).one(), strict=True)))
    # In one statement: each further one would write the whole row once more.
    left = {c: case((holds_something(c), neutral(record, c)), else_=c) for c in columns}
    session.execute(update(table).where(where, or_(*map(holds_something, columns))).values(left))
    put_words_again(session, record, where)
    return +gone


def holds_something(column: Column[Any]) -> ColumnElement[bool]:
    """Whether a personal column says anything; for queries."""
    match column.type:
        case LargeBinary():
            return column != b""
        case JSONB():
            return cast(column, Text).not_in(["{}", "[]", "null"])
        case ARRAY():
            return cast(column, Text) != "{}"
        case Enum():
            return column.is_not(None)
        case _:
            return and_(column.is_not(None), column.not_in(["", ERASED]))


def neutral(record: type[Record], column: Column[Any]) -> Any:
    """What stands in a personal column when it says nothing any more."""
    if column.nullable and not record.append_only:
        return null()
    match column.type:
        case LargeBinary():
            return b""
        case JSONB():
            return literal([] if _is_list(record, column) else {}, JSONB)
        case ARRAY():
            return []
        case _:
            return ERASED


def mentions(
    session: Session, record: type[Record], finder: Finder, where: ColumnElement[bool]
) -> list[tuple[Key, str, Any]]:
    """The values of a table in which a person is found: the row, the column and the value."""
    table, keys = table_of(record), key_columns(record)
    columns = [column for column in personal_columns(table) if is_text(column)]
    if not columns:
        return []
    hinted = or_(*(cast(column, Text).regexp_match(finder.hint, flags="i") for column in columns))
    return [
        (tuple(row[: len(keys)]), column.name, said)
        for row in session.execute(select(*keys, *columns).where(where, hinted).order_by(*keys))
        for column, said in zip(columns, row[len(keys) :], strict=True)
        if finder.without(said) != said
    ]


def reword(
    session: Session, record: type[Record], finder: Finder, where: ColumnElement[bool]
) -> list[Mention]:
    """Take a person out of the texts of a table; a ledger's text goes as a whole, and raw bytes with their text."""
    found = mentions(session, record, finder, where)
    texts = {
        (key, field): ERASED if record.append_only else finder.without(said) for key, field, said in found
    }
    rows = list(dict.fromkeys(key for key, _ in texts))
    for key in rows:
        values = {field: text for (row, field), text in texts.items() if row == key}
        session.execute(update(table_of(record)).where(rows_of(record, [key])).values(_raw(record) | values))
    put_words_again(session, record, rows_of(record, rows))
    return [Mention(name(record, key), field, str(text)) for (key, field), text in texts.items()]


def _raw(record: type[Record]) -> dict[str, Any]:
    return {c.name: b"" for c in personal_columns(table_of(record)) if isinstance(c.type, LargeBinary)}


def _is_list(record: type[Record], column: Column[Any]) -> bool:
    return get_origin(record.model_fields[column.name].annotation) is list
