"""The trail: who did what, when and why, with every field before and after. Append-only by the database itself.

What says something about a person stands in a side table that can be erased; the trail keeps that it happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, String, bindparam, event, func, inspect, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Field, Session

from crm.store.columns import UtcDateTime, at_field, id_field, is_personal, json_field, personal, ref
from crm.store.records import Record, ids


class TrailEntry(Record, table=True):
    """One verb that somebody performed."""

    __tablename__ = "trail_entry"
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False

    id: int = id_field()
    at: datetime = at_field(index=True)
    actor: str
    verb: str
    subject: str = Field(index=True)  # "organization:4711"
    reason: str | None = personal(default=None)
    batch_id: int | None = Field(default=None, sa_type=BigInteger, index=True)


class TrailChange(Record, table=True):
    """What a verb changed in one record."""

    __tablename__ = "trail_change"
    __table_args__ = (Index("ix_trail_change_record", "record"),)
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False

    id: int = id_field()
    entry_id: int = ref("trail_entry.id")
    record: str
    before: dict[str, Any] = json_field()
    after: dict[str, Any] = json_field()


class TrailPersonal(Record, table=True):
    """The personal values of a change; rows go when the person is erased."""

    __tablename__ = "trail_personal"
    trailed: ClassVar[bool] = False

    change_id: int = ref("trail_change.id", primary_key=True, index=False)
    before: dict[str, Any] = json_field(personal=True)
    after: dict[str, Any] = json_field(personal=True)


# All of it in one round trip: a verb waits for the server once, however many records it changed.
_WRITE = text("""
WITH line AS (
    SELECT * FROM ROWS FROM (
        jsonb_to_recordset(:lines) AS (record text, before jsonb, after jsonb, was jsonb, became jsonb)
    ) WITH ORDINALITY AS line (record, before, after, was, became, place)
), number AS MATERIALIZED (
    SELECT place, nextval('accord_id') AS id FROM generate_series(0, jsonb_array_length(:lines)) AS place
), entry AS (
    INSERT INTO trail_entry (id, at, actor, verb, subject, reason, batch_id)
    SELECT id, :at, :actor, :verb, :subject, :reason, :batch_id FROM number WHERE place = 0
    RETURNING id
), change AS (
    INSERT INTO trail_change (id, entry_id, record, before, after)
    SELECT number.id, entry.id, record, before, after FROM entry, line JOIN number USING (place)
)
INSERT INTO trail_personal (change_id, before, after)
SELECT number.id, was, became FROM line JOIN number USING (place) WHERE was IS NOT NULL
""").bindparams(
    bindparam("at", type_=UtcDateTime),
    bindparam("reason", type_=String),
    bindparam("batch_id", type_=BigInteger),
    bindparam("lines", type_=JSONB),
)


def name_of(record: Record) -> str:
    """How the trail names a record: its table and key, e.g. ``organization:4711``."""
    key = inspect(record).identity or ()
    return f"{record.__tablename__}:{'/'.join(str(part) for part in key)}"


_CAPTURE = "capture"
Changed = tuple[Record, dict[str, Any], dict[str, Any]]
"""A record with its fields before and after; a new one has none before, a deleted one none after."""


class Capture:
    """Collects what a verb changes, as the session flushes it.

    Attributes:
        changes: what has changed so far, in the order in which it was written.
    """

    def __init__(self, verb: str, *, reason: str | None = None) -> None:
        self.verb = verb
        self.reason = reason
        self.batch_id: int | None = None
        self.subject: Record | None = None
        self.changes: list[Changed] = []

    @contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        """Collect from this session while the block runs."""
        session.info[_CAPTURE] = self
        try:
            yield
        finally:
            del session.info[_CAPTURE]

    def flushed(self, session: Session) -> None:
        """Take down what a flush has written."""
        for record in session.new:
            self.added(record)
        for record in session.dirty:
            before, after = _difference(record)
            if after:
                self.note(record, before, after)
        for record in session.deleted:
            self.note(record, values_of(record), {})

    def added(self, record: Record) -> None:
        """Take down a new record with all its values."""
        self.note(record, {}, values_of(record))

    def note(self, record: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take down a change of a record, unless its table leaves no trail."""
        if isinstance(record, Record) and record.trailed:
            self.changes.append((record, before, after))

    def write(self, session: Session, *, at: datetime, actor: str) -> None:
        """Write the entry and its changes; a verb that changed nothing leaves no entry."""
        lines = _summed_up(self.changes)
        if not lines and self.batch_id is None:
            return
        subject = self.subject or (lines[0].record if lines else None)
        entry = {
            "at": at,
            "actor": actor,
            "verb": self.verb,
            "subject": name_of(subject) if subject else f"batch:{self.batch_id}",
            "reason": self.reason,
            "batch_id": self.batch_id,
            "lines": [line.written() for line in lines],
        }
        session.connection().execute(_WRITE, entry)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    if (capture := session.info.get(_CAPTURE)) is not None:
        capture.flushed(session)


class _Line:
    """What a verb made of one record, from what stood there first to what stands there at the end."""

    def __init__(self, record: Record, name: str) -> None:
        self.record = record
        self.name = name
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self._seen: set[str] = set()

    def take(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        for field in dict.fromkeys([*before, *after]):
            if field not in self._seen and field in before:
                self.before[field] = before[field]
            self._seen.add(field)
            self.after.pop(field, None)
            if field in after:
                self.after[field] = after[field]

    def settle(self) -> bool:
        """Let go of what came back to where it was; says whether anything is left."""
        for field in [f for f in self._seen if self.before.get(f) == self.after.get(f)]:
            self.before.pop(field, None)
            self.after.pop(field, None)
        return bool(self.before or self.after)

    def written(self) -> dict[str, Any]:
        """How it is written down, the personal values apart where there are any."""
        private = _personal_fields(type(self.record))
        line = {
            "record": self.name,
            "before": _without(self.before, private),
            "after": _without(self.after, private),
        }
        if private & (self.before.keys() | self.after.keys()):
            line |= {"was": _only(self.before, private), "became": _only(self.after, private)}
        return line


def _summed_up(changes: list[Changed]) -> list[_Line]:
    """One line a record, however often the verb touched it; a change that changes nothing leaves none."""
    lines: dict[str, _Line] = {}
    for record, before, after in changes:
        name = name_of(record)
        if name not in lines:
            lines[name] = _Line(record, name)
        lines[name].take(before, after)
    return [line for line in lines.values() if line.settle()]


def take_ids(session: Session, count: int) -> list[int]:
    """Numbers for rows that need their id before they are written."""
    numbers = select(ids.next_value()).select_from(func.generate_series(1, count))
    return list(session.connection().scalars(numbers))


def values_of(record: Record) -> dict[str, Any]:
    """The fields of a record as the trail writes them down."""
    return {name: plain(getattr(record, name)) for name in _told(type(record))}


def _difference(record: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _told(type(record)):
        history = inspect(record).attrs[name].history
        if history.has_changes():
            before[name] = plain(history.deleted[0]) if history.deleted else None
            after[name] = plain(history.added[0]) if history.added else None
    return before, after


@cache
def _told(kind: type[Record]) -> tuple[str, ...]:
    return tuple(a.key for a in inspect(kind).column_attrs if a.key not in kind.derived)


@cache
def _personal_fields(kind: type[Record]) -> frozenset[str]:
    return frozenset(a.key for a in inspect(kind).column_attrs if is_personal(a.columns[0]))


def _without(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in names}


def _only(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in names}


def plain(value: Any) -> Any:
    """A value as JSON takes it: days and instants as ISO 8601 has them, amounts and members as texts."""
    match value:
        case None | bool() | int() | float() | str() | dict() | list():
            return value
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return f"{len(value)} bytes"
        case _:
            return str(value)
