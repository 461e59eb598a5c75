"""Writing what a chunk of rows comes to: all new rows of a table at once, all changes of the same fields at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy import inspect as inspected
from sqlmodel import Session

from crm.directory.merged import among
from crm.imports.batches import ImportRow
from crm.imports.judgement import Amend, Put, Write
from crm.imports.verdicts import NOTES, PROBLEMS, RowVerdict
from crm.insight.search_text import key_of, put_words_again, texts_of
from crm.store.copying import copy_in
from crm.store.records import Record
from crm.store.trail import plain


def write(session: Session, writes: Iterable[Write]) -> None:
    """Write new rows and changes; through the connection, since the batch stands in the trail as one entry."""
    new: defaultdict[type[Record], list[Mapping[str, Any]]] = defaultdict(list)
    changed: defaultdict[tuple[type[Record], tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for one in writes:
        if isinstance(one, Put):
            new[one.record].append(one.values)
        else:
            values = {f"new_{field}": value for field, value in one.after.items()}
            changed[one.record, tuple(one.after)].append({"number": one.key, **values})
    for record in sorted(new, key=_place):
        copy_in(session, record, new[record])
        _put_words(session, record, new[record])
    for (record, fields), alike in changed.items():
        session.connection().execute(_update(record, fields), alike)


def _put_words(session: Session, record: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    """Let new texts be found by their words; a change of a text in an import is none that is looked for."""
    if texts_of(record):
        put_words_again(session, record, among(key_of(record), [row["id"] for row in rows]))


def write_rows(session: Session, batch_id: int, rows: Sequence[tuple[RowVerdict, Sequence[Write]]]) -> None:
    """Write down the verdicts on some rows, with what each of them put into the book and what it replaced."""
    copy_in(session, ImportRow, (_row(batch_id, verdict, writes) for verdict, writes in rows))


def _row(batch_id: int, verdict: RowVerdict, writes: Sequence[Write]) -> dict[str, Any]:
    made: defaultdict[str, list[list[Any]]] = defaultdict(list)
    for one in writes:
        if isinstance(one, Put):
            key = [one.values[name] for name in _key(one.record)]
            made[str(one.record.__tablename__)].append(key)
    return {
        "batch_id": batch_id,
        "row": verdict.row,
        "verdict": verdict.verdict,
        "name": verdict.name,
        "subject_id": verdict.subject_id,
        "notes": NOTES.dump_python(verdict.notes, mode="json") if verdict.notes else [],
        "problems": PROBLEMS.dump_python(verdict.problems, mode="json") if verdict.problems else [],
        "cells": list(verdict.cells),
        "made": made,
        "changed": [_change(one) for one in writes if isinstance(one, Amend)],
    }


def _change(one: Amend) -> dict[str, Any]:
    name = f"{one.record.__tablename__}:{one.key}"
    return {"record": name, "before": _plain(one.before), "after": _plain(one.after)}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: plain(value) for field, value in values.items()}


@cache
def _update(record: type[Record], fields: tuple[str, ...]) -> Any:
    table = _table(record)
    values = {field: bindparam(f"new_{field}", type_=table.c[field].type) for field in fields}
    return update(table).where(table.c.id == bindparam("number")).values(values)


@cache
def _key(record: type[Record]) -> tuple[str, ...]:
    return tuple(column.name for column in _table(record).primary_key)


@cache
def _place(record: type[Record]) -> int:
    """Its place among the tables: what it refers to comes before it."""
    return Record.metadata.sorted_tables.index(_table(record))


def _table(record: type[Record]) -> Table:
    return cast("Table", inspected(record).local_table)
