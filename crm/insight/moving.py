"""Moving values from a duplicate to its keeper with a journal, and putting them back where they still stand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import psycopg
from sqlalchemy import insert, tuple_
from sqlalchemy import inspect as inspected
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from crm.insight.merge import Left, Stayed
from crm.insight.merge_tables import MergeMove
from crm.insight.references import Reference
from crm.store.records import Record, record_of
from crm.store.trail import name_of, take_ids

_BLOCK = 1_000


class Journal:
    """Changes values for a merge and writes down what stood there.

    Attributes:
        stayed: the rows that could not change, because the database allows their like once.
        changed: how many values changed, by table and column.
    """

    def __init__(self, session: Session, merge_id: int) -> None:
        self.session = session
        self.stayed: list[Stayed] = []
        self.changed: Counter[str] = Counter()
        self._merge_id = merge_id

    def move(self, reference: Reference, *, origin: int, target: int) -> None:
        """Point every row that refers to one record to another."""
        field = getattr(reference.record, reference.field)
        query = (
            select(reference.record).where(field == origin).options(load_only(*_key(reference.record), field))
        )
        rows = self.session.exec(query.order_by(*_key(reference.record)).with_for_update()).all()
        self.put(rows, reference.field, target)

    def put(self, rows: Sequence[Record], field: str, value: Any) -> list[Record]:
        """Put a value into a column of some rows; gives back those that took it."""
        if not rows:
            return []
        before = {id(row): getattr(row, field) for row in rows}
        refused = dict(_put(self.session, rows, field, value))
        self.stayed.extend(Stayed(record, rule) for record, rule in refused.values())
        changed = [row for row in rows if id(row) not in refused]
        self._write(changed, field, before, value)
        return changed

    def _write(self, rows: Sequence[Record], field: str, before: dict[int, Any], value: Any) -> None:
        entries = [
            {
                "id": number,
                "merge_id": self._merge_id,
                "record": str(row.__tablename__),
                "key": list(inspected(row).identity or ()),
                "field": field,
                "before": before[id(row)],
                "after": value,
            }
            for number, row in zip(take_ids(self.session, len(rows)), rows, strict=True)
        ]
        if entries:
            self.session.execute(insert(MergeMove), entries)
            self.changed[f"{entries[0]['record']}.{field}"] += len(entries)


def put_back(session: Session, merge_id: int) -> tuple[Counter[str], list[Left]]:
    """Put back every value that still stands where a merge put it, the last change first.

    Returns:
        How many values were put back, by table and column, and those that were not.
    """
    moves = session.exec(
        select(MergeMove).where(MergeMove.merge_id == merge_id).order_by(col(MergeMove.id).desc())
    )
    done: Counter[str] = Counter()
    left: list[Left] = []
    for alike in _blocks(moves.all()):
        found = list(_put_back(session, alike))
        done[f"{alike[0].record}.{alike[0].field}"] += len(alike) - len(found)
        left += found
    return +done, left


def _put_back(session: Session, moves: Sequence[MergeMove]) -> Iterator[Left]:
    """Put one value back into the same column of some rows; yields what is left as it is."""
    record, field, before, after = record_of(moves[0].record), moves[0].field, moves[0].before, moves[0].after
    rows = {inspected(row).identity: row for row in _rows(session, record, moves)}
    for move in moves:
        row = rows.get(tuple(move.key))
        if row is None:
            yield Left(_name(move), field, "it is no longer there")
        elif getattr(row, field) != after:
            yield Left(_name(move), field, f"it was changed since, to {getattr(row, field)}")
            del rows[tuple(move.key)]
    for name, rule in dict(_put(session, list(rows.values()), field, before)).values():
        yield Left(name, field, f"what it was before is taken ({rule})")


def _rows(session: Session, record: type[Record], moves: Sequence[MergeMove]) -> Sequence[Record]:
    key = _key(record)
    query = select(record).where(tuple_(*key).in_([tuple(move.key) for move in moves]))
    query = query.options(load_only(*key, getattr(record, moves[0].field)))
    return session.exec(
        query.order_by(*key).with_for_update().execution_options(populate_existing=True)
    ).all()


def _blocks(moves: Sequence[MergeMove]) -> Iterator[list[MergeMove]]:
    for _, alike in groupby(moves, key=lambda m: (m.record, m.field, m.before, m.after)):
        same = list(alike)
        yield from (same[start : start + _BLOCK] for start in range(0, len(same), _BLOCK))


def _put(
    session: Session, rows: Sequence[Record], field: str, value: Any
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Put a value into a column of some rows, all at once or, if one is refused, one by one; yields the refused."""
    if not rows or _taken(session, rows, field, value) is None:
        return
    for row in rows:
        if (rule := _taken(session, [row], field, value)) is not None:
            yield id(row), (name_of(row), rule)


def _taken(session: Session, rows: Iterable[Record], field: str, value: Any) -> str | None:
    """The constraint that refuses the value; None if it was taken."""
    try:
        with session.begin_nested():
            for row in rows:
                setattr(row, field, value)
                session.flush()  # one statement each: psycopg warns of a pipeline that ends in a refusal
    except IntegrityError as error:
        return (isinstance(error.orig, psycopg.Error) and error.orig.diag.constraint_name) or "a constraint"
    return None


def _key(record: type[Record]) -> tuple[Any, ...]:
    mapper = inspected(record)
    return tuple(getattr(record, mapper.get_property_by_column(column).key) for column in mapper.primary_key)


def _name(move: MergeMove) -> str:
    return f"{move.record}:{'/'.join(str(part) for part in move.key)}"
