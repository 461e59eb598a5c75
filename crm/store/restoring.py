"""`book.restore`: put a former value back, through the same checks as the verb that changes it.

Each kind of record says in its own file what can be put back and through which checks (`restores`), beside the verb.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlmodel import Session

from crm.dates import in_utc
from crm.errors import InvalidInput, NotFound, Refused
from crm.shown import Shown
from crm.store.columns import is_personal
from crm.store.history import Happened, InBatch, history_of
from crm.store.records import Record, record_of
from crm.store.store import Change, Store
from crm.store.trail import name_of, values_of

R = TypeVar("R", bound=Record)
Through = Callable[[Change, R, Mapping[str, Any]], object]
"""Puts values into a record inside a verb, with the checks of the verb that usually does."""


@dataclass(frozen=True, slots=True)
class _Way:
    fields: frozenset[str]
    through: Through[Any]


_WAYS: dict[type[Record], _Way] = {}


def restores(kind: type[R], *fields: str, through: Through[R]) -> None:
    """Say which fields of a kind of record can be put back, and through which checks.

    Args:
        kind: the kind of record.
        *fields: its fields, as the trail names them.
        through: the function that its verb uses, too.
    """
    _WAYS[kind] = _Way(frozenset(fields), through)


def restorable() -> dict[str, frozenset[str]]:
    """The fields that can be put back, by table."""
    return {str(kind.__tablename__): way.fields for kind, way in _WAYS.items()}


def why_not(kind: type[Record]) -> str | None:
    """Why nothing of a kind of record can be put back; None where something can."""
    if kind in _WAYS:
        return None
    if kind.append_only:
        return "lines are only ever added to it: what is wrong is mended by a further line"
    if not kind.trailed:
        return "the trail does not keep its former values"
    return f"its values change by {kind.changed_by} alone" if kind.changed_by else "no verb changes it"


@dataclass(frozen=True, slots=True)
class Restored(Shown):
    """What was put back, or would be.

    Attributes:
        record: the record as the trail names it.
        before: the fields as they were until now.
        after: the former values that stand there again.
    """

    record: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    dry_run: bool

    def __str__(self) -> str:
        values = ", ".join(f"{name} {self.before[name]} → {value}" for name, value in self.after.items())
        rehearsed = " (a dry run: nothing was written)" if self.dry_run else ""
        return f"{self.record}: {values or 'that stands there already'}{rehearsed}"


class Restoring:
    """`book.restore`: former values, put back.

    Args:
        store: the door to the database.
        batches: what bulk verbs did to a record, as for the history.
    """

    def __init__(self, store: Store, *, batches: Callable[[Session, Record], Sequence[InBatch]]) -> None:
        self._store = store
        self._batches = batches

    def restore(
        self,
        what: Happened | Record,
        *,
        reason: str,
        field: str | None = None,
        at: datetime | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> Restored:
        """Put back what stood in a record before a change, or what a field held at an instant.

        The value goes through the same checks as ever, and leaves a trail entry of its own; nothing is taken back
        from the trail.

        Args:
            what: a line of `book.history`, whose change is undone; or a record, with `field` and `at`.
            reason: why, for the trail.
            field: only this field.
            at: for a record, the instant whose value is wanted.
            force: also where the field has changed again since that line.
            dry_run: only say what would happen.

        Raises:
            InvalidInput: no reason is given, or it is not clear which value is meant.
            NotFound: the record is gone.
            Refused: such a record cannot be put back (`restore.kind`), nor that field (`restore.field`); the former
                value has been erased (`restore.erased`); nothing stood there before (`restore.new`); or the field has
                changed again since (`restore.changed_since`).
        """
        if not reason.strip():
            raise InvalidInput("The reason is empty.", field="reason", hint="Say why, for the trail.")
        name = what.record if isinstance(what, Happened) else name_of(what)
        table = name.partition(":")[0]
        with self._store.changing(f"{table}.restored", reason=reason.strip(), dry_run=dry_run) as change:
            row = _row(change.session, name)
            way = _WAYS[type(row)]
            if isinstance(what, Happened):
                wanted = _undone(what, field, way)
                if not force:
                    _refuse_changed_since(row, what, wanted)
            else:
                wanted = _as_of(history_of(change.session, row, batches=self._batches), field, at, way)
            now = values_of(row)
            before = {name: now[name] for name, value in wanted.items() if now[name] != value}
            way.through(change, row, {name: wanted[name] for name in before})
            change.session.flush()
            change.about(row)
            return Restored(name, before, {name: values_of(row)[name] for name in before}, dry_run)


def _row(session: Session, name: str) -> Record:
    table, _, number = name.partition(":")
    kind = record_of(table)
    if (why := why_not(kind)) is not None:
        raise Refused(f"Nothing of a {table} can be put back: {why}.", rule="restore.kind", subject=name)
    row = session.get(kind, int(number), with_for_update={"key_share": True})
    if row is None:
        raise NotFound(f"{name} is no longer in the book.", field="record", value=name)
    return row


def _undone(line: Happened, field: str | None, way: _Way) -> dict[str, Any]:
    """What stood in the fields of a line before it."""
    if line.erased:
        raise _erased(line.record)
    if not line.before:
        raise Refused(
            "Nothing stood there before: that line tells how the record came about.", rule="restore.new"
        )
    fields = [name for name in line.fields if name in way.fields] if field is None else [field]
    if not fields:
        raise _other_field(line.fields[0], way)
    for name in fields:
        _refuse_unsaid(line, name, way)
    return {name: line.before.get(name) for name in fields}


def _refuse_unsaid(line: Happened, field: str, way: _Way) -> None:
    if field not in way.fields:
        raise _other_field(field, way)
    if field in line.fields:
        return
    if _is_personal(line.record, field):
        raise _erased(line.record)
    raise InvalidInput(
        f"That line says nothing about {field}.", field="field", value=field, candidates=line.fields
    )


def _refuse_changed_since(row: Record, line: Happened, wanted: Mapping[str, Any]) -> None:
    now = values_of(row)
    for field in wanted:
        if now[field] != line.after.get(field):
            raise Refused(
                f"{field} has changed again since: it is {now[field]} now.",
                rule="restore.changed_since",
                subject=line.record,
                field=field,
                hint="Say force=True if that is to go.",
            )


def _as_of(lines: Sequence[Happened], field: str | None, at: datetime | None, way: _Way) -> dict[str, Any]:
    """What a field held at an instant."""
    if field is None or at is None:
        raise InvalidInput(
            "It is not clear which value is meant.",
            field="at" if field else "field",
            hint="Name the field and the instant: field=…, at=….",
        )
    if field not in way.fields:
        raise _other_field(field, way)
    instant = in_utc(at, field="at")
    if any(line.erased and _is_personal(line.record, field) for line in lines):
        raise _erased(lines[0].record)
    told = [line for line in lines if field in line.fields]
    before = [line.after.get(field) for line in told if line.at <= instant]
    if not before and not (told and told[0].before):
        raise Refused(f"The trail does not know what {field} was then.", rule="restore.unknown", field=field)
    return {field: before[-1] if before else told[0].before.get(field)}


def _other_field(field: str, way: _Way) -> Refused:
    return Refused(
        f"{field} cannot be put back by itself.",
        rule="restore.field",
        field=field,
        candidates=sorted(way.fields),
    )


def _is_personal(record: str, field: str) -> bool:
    column = inspect(record_of(record.partition(":")[0])).columns.get(field)
    return column is not None and is_personal(column)


def _erased(record: str) -> Refused:
    return Refused("What stood there has been erased.", rule="restore.erased", subject=record)
