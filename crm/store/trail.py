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

from crm.store.columns import UtcDateTime, at_field, id_field, json_field, ref
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
    reason: str | None = None
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
    before: dict[str, Any] = json_field()
    after: dict[str, Any] = json_field()


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
            self.note(record, _values(record), {})

    def added(self, record: Record) -> None:
        """Take down a new record with all its values."""
        self.note(record, {}, _values(record))

    def note(self, record: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take down a change of a record, unless its table leaves no trail."""
        if isinstance(record, Record) and record.trailed:
            self.changes.append((record, before, after))

    def write(self, session: Session, *, at: datetime, actor: str) -> None:
        """Write the entry and its changes; a verb that changed nothing leaves no entry."""
        if not self.changes and self.batch_id is None:
            return
        subject = self.subject or (self.changes[0][0] if self.changes else None)
        entry = {
            "at": at,
            "actor": actor,
            "verb": self.verb,
            "subject": name_of(subject) if subject else f"batch:{self.batch_id}",
            "reason": self.reason,
            "batch_id": self.batch_id,
            "lines": [_line(record, before, after) for record, before, after in self.changes],
        }
        session.connection().execute(_WRITE, entry)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    if (capture := session.info.get(_CAPTURE)) is not None:
        capture.flushed(session)


def take_ids(session: Session, count: int) -> list[int]:
    """Numbers for rows that need their id before they are written."""
    numbers = select(ids.next_value()).select_from(func.generate_series(1, count))
    return list(session.connection().scalars(numbers))


def _line(record: Record, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What a line of the trail holds of a change, the personal values apart where there are any."""
    private = _personal_fields(type(record))
    line = {"record": name_of(record), "before": _without(before, private), "after": _without(after, private)}
    if private & (before.keys() | after.keys()):
        line |= {"was": _only(before, private), "became": _only(after, private)}
    return line


def _values(record: Record) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in _told(type(record))}
    return {key: plain(value) for key, value in found.items() if value is not None}


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
    return frozenset(a.key for a in inspect(kind).column_attrs if a.columns[0].info.get("personal"))


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
