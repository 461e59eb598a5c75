"""The trail: who did what, when and why, with every field before and after. Append-only by the database itself.

What says something about a person stands in a side table that can be erased; the trail keeps that it happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, event, func, insert, inspect, select
from sqlalchemy.orm import Mapper, UOWTransaction
from sqlmodel import Field, Session

from crm.store.columns import at_field, id_field, is_personal, json_field, personal, ref
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


def name_of(record: Record) -> str:
    """How the trail names a record: its table and key, e.g. ``organization:4711``."""
    key = inspect(record).identity or ()
    return f"{record.__tablename__}:{'/'.join(str(part) for part in key)}"


class Capture:
    """Collects what a verb changes, as the session flushes it."""

    def __init__(self, verb: str, *, reason: str | None = None) -> None:
        self.verb = verb
        self.reason = reason
        self.batch_id: int | None = None
        self.subject: Record | None = None
        self._changes: list[tuple[Record, dict[str, Any], dict[str, Any]]] = []

    @contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        """Collect from this session while the block runs."""
        event.listen(session, "after_flush", self._flushed)
        try:
            yield
        finally:
            event.remove(session, "after_flush", self._flushed)

    def _flushed(self, session: Session, _context: UOWTransaction) -> None:
        for record in session.new:
            self.note(record, {}, values_of(record))
        for record in session.dirty:
            before, after = _difference(record)
            if after:
                self.note(record, before, after)
        for record in session.deleted:
            self.note(record, values_of(record), {})

    def note(self, record: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take down a change of a record, unless its table leaves no trail."""
        if isinstance(record, Record) and record.trailed:
            self._changes.append((record, before, after))

    def write(self, session: Session, *, at: datetime, actor: str) -> None:
        """Write the entry and its changes; a verb that changed nothing leaves no entry."""
        lines = _summed_up(self._changes)
        if not lines and self.batch_id is None:
            return
        connection = session.connection()
        subject = self.subject or (lines[0].record if lines else None)
        entry_id, *change_ids = take_ids(session, 1 + len(lines))
        entry = {"id": entry_id, "at": at, "actor": actor, "verb": self.verb, "reason": self.reason}
        entry |= {
            "subject": name_of(subject) if subject else f"batch:{self.batch_id}",
            "batch_id": self.batch_id,
        }
        connection.execute(insert(TrailEntry), [entry])
        rows, private = _rows(entry_id, change_ids, lines)
        if rows:
            connection.execute(insert(TrailChange), rows)
        if private:
            connection.execute(insert(TrailPersonal), private)


class _Line:
    """What a verb made of one record, from what stood there first to what stands there at the end."""

    def __init__(self, record: Record) -> None:
        self.record = record
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


def _summed_up(changes: list[tuple[Record, dict[str, Any], dict[str, Any]]]) -> list[_Line]:
    """One line a record, however often the verb touched it; a change that changes nothing leaves none."""
    lines: dict[str, _Line] = {}
    for record, before, after in changes:
        lines.setdefault(name_of(record), _Line(record)).take(before, after)
    return [line for line in lines.values() if line.settle()]


def _rows(
    entry_id: int, change_ids: list[int], lines: list[_Line]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, private = [], []
    for change_id, line in zip(change_ids, lines, strict=True):
        names = _personal_fields(inspect(line.record).mapper)
        row = {"id": change_id, "entry_id": entry_id, "record": name_of(line.record)}
        rows.append(row | {"before": _without(line.before, names), "after": _without(line.after, names)})
        if names & (line.before.keys() | line.after.keys()):
            kept = {"before": _only(line.before, names), "after": _only(line.after, names)}
            private.append({"change_id": change_id, **kept})
    return rows, private


def take_ids(session: Session, count: int) -> list[int]:
    """Numbers for rows that need their id before they are written."""
    numbers = select(ids.next_value()).select_from(func.generate_series(1, count))
    return list(session.connection().scalars(numbers))


def values_of(record: Any) -> dict[str, Any]:
    """The fields of a record as the trail writes them down."""
    return {name: plain(getattr(record, name)) for name in _told(record)}


def _difference(record: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _told(record):
        history = inspect(record).attrs[name].history
        if history.has_changes():
            before[name] = plain(history.deleted[0]) if history.deleted else None
            after[name] = plain(history.added[0]) if history.added else None
    return before, after


def _told(record: Any) -> list[str]:
    return [a.key for a in inspect(record).mapper.column_attrs if a.key not in record.derived]


def _personal_fields(mapper: Mapper[Any]) -> set[str]:
    return {a.key for a in mapper.column_attrs if is_personal(a.columns[0])}


def _without(values: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in names}


def _only(values: dict[str, Any], names: set[str]) -> dict[str, Any]:
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
