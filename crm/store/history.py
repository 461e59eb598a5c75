"""`book.trail`: what happened to a record, field by field."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from crm.dates import instant_of
from crm.errors import NotFound
from crm.shown import Shown
from crm.store.columns import is_inner
from crm.store.records import Record, by_id, record_of
from crm.store.store import Store
from crm.store.trail import TrailChange, TrailEntry, TrailPersonal, name_of, values_of


@dataclass(frozen=True, slots=True)
class Happened(Shown):
    """One verb that touched a record.

    Attributes:
        id: the number of the line; `book.restore` and `crm restore` take it.
        record: the record as the trail names it: "organization:4711".
        before: the fields that changed, as they were; without personal values once these have been erased.
        after: the same fields, as they became.
        batch_id: the batch, where a bulk verb did it.
        erased: whether all that the line had to say has been erased.
    """

    id: int
    at: datetime
    actor: str
    verb: str
    reason: str | None
    record: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    batch_id: int | None = None
    erased: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that changed, in the order of the table."""
        order = list(record_of(self.record.partition(":")[0]).model_fields)
        changed = {*self.before, *self.after}
        return (*(name for name in order if name in changed), *sorted(changed - set(order)))

    @property
    def changes(self) -> str:
        """What changed, on a line: "employees 3 → 40, country KEN → nothing"."""
        if self.erased:
            return "(erased)"
        told = (
            _told(field, self.before.get(field), self.after.get(field), new=not self.before)
            for field in self.fields
        )
        return ", ".join(filter(None, told))

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.at:%Y-%m-%d %H:%M} UTC  {self.actor}  {self.verb}: {self.changes}{why}"


@dataclass(frozen=True, slots=True)
class InBatch:
    """What a bulk verb did to a record: its batch keeps what the trail does not hold record by record.

    Attributes:
        before: the fields that it changed, as they were; empty for a record that it created.
        after: as they became; None where that follows from what stands there and what changed since.
        taken_back: whether a later verb of the same batch put back what stood before.
    """

    batch_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None = None
    taken_back: bool = False


class History:
    """`book.trail`: read the trail.

    Args:
        store: the door to the database.
        batches: what bulk verbs did to a record; such a verb leaves one entry for all the records of its batch.
    """

    def __init__(self, store: Store, *, batches: Callable[[Session, Record], Sequence[InBatch]]) -> None:
        self._store = store
        self._batches = batches

    def of(
        self,
        record: Record,
        *,
        field: str | None = None,
        since: date | datetime | str | None = None,
        inner: bool = False,
    ) -> tuple[Happened, ...]:
        """What happened to a record, the oldest first.

        Args:
            record: anything that the book handed out.
            field: only what happened to this field.
            since: only from this day or instant on.
            inner: also the fields that only the program keeps, such as normal forms of names.
        """
        first = instant_of(since, today=self._store.now().date(), field="since")
        with self._store.reading() as session:
            found = history_of(session, record, batches=self._batches)
        lines = found if inner else without_noise(found)
        narrowed = (_narrowed(line, field) for line in lines if first is None or line.at >= first)
        return tuple(line for line in narrowed if line is not None)

    def about(self, record: Record) -> tuple[Happened, ...]:
        """Everything that the verbs about a subject changed, in all the records they touched; the oldest first."""
        with self._store.reading() as session:
            return tuple(without_noise(lines_of(session, TrailEntry.subject == name_of(record))))

    def latest(self, *, limit: int = 50) -> tuple[TrailEntry, ...]:
        """The latest verbs of everybody, the newest first."""
        with self._store.reading() as session:
            return tuple(session.exec(select(TrailEntry).order_by(col(TrailEntry.id).desc()).limit(limit)))

    def get(self, number: int) -> Happened:
        """A line of the trail by its number.

        Raises:
            NotFound: there is none.
        """
        with self._store.reading() as session:
            found = lines_of(session, TrailChange.id == number)
            if not found:
                raise NotFound(f"There is no line {number} on the trail.", field="entry", value=number)
            return found[0]

    def record(self, number: int) -> Record:
        """The record that a number means, whatever its kind: a number names one thing in the whole book.

        Raises:
            NotFound: nothing has this number.
        """
        kinds = [
            record_of(table) for table in Record.metadata.tables if "id" in record_of(table).model_fields
        ]
        with self._store.reading() as session:
            found = next(filter(None, (by_id(session, kind, number) for kind in kinds)), None)
            if found is None:
                raise NotFound(f"Nothing in the book has the number {number}.", field="id", value=number)
            return found


def history_of(
    session: Session, record: Record, *, batches: Callable[[Session, Record], Sequence[InBatch]]
) -> list[Happened]:
    """Everything that happened to a record, in order, what bulk verbs did to it included."""
    lines = lines_of(session, TrailChange.record == name_of(record))
    found = batches(session, record)
    lines += [
        line
        for batch in found
        if batch.after is not None
        for line in _in_batch(session, record, batch, batch.after)
    ]
    for batch in found:
        if batch.after is None:
            lines += _in_batch(session, record, batch, _as_it_stood(session, record, lines))
    return sorted(lines, key=lambda line: line.id)


def _in_batch(
    session: Session, record: Record, batch: InBatch, after: Mapping[str, Any]
) -> Iterator[Happened]:
    """What a batch did to a record, and that it was taken back, if it was."""
    query = select(TrailEntry).where(TrailEntry.batch_id == batch.batch_id).order_by(col(TrailEntry.id))
    done, *later = session.exec(query).all()
    yield _said(done, done.id, name_of(record), batch.before, after)
    if batch.taken_back and later:
        yield _said(later[-1], later[-1].id, name_of(record), after, batch.before)


def without_noise(lines: Iterable[Happened]) -> Iterator[Happened]:
    """The lines without the fields that only the program keeps, and without those in which nothing else changed."""
    for line in lines:
        names = _inner_fields(line.record)
        before = {name: value for name, value in line.before.items() if name not in names}
        after = {name: value for name, value in line.after.items() if name not in names}
        if before or after or line.erased:
            yield replace(line, before=before, after=after)


def _as_it_stood(session: Session, record: Record, later: Sequence[Happened]) -> dict[str, Any]:
    """The fields of a record before all that changed in it, from what stands there now."""
    now = session.get(type(record), inspect(record).identity)
    values = values_of(now) if now is not None else {}
    for line in sorted(later, key=lambda line: line.id, reverse=True):
        kept = {field: value for field, value in values.items() if field not in line.after}
        values = {**kept, **line.before}
    return {field: value for field, value in values.items() if value is not None}


def lines_of(session: Session, condition: Any) -> list[Happened]:
    """The lines of the trail of which a condition is true, in order."""
    query: Any = (
        select(TrailEntry, TrailChange, TrailPersonal)
        .join(TrailChange, col(TrailChange.entry_id) == col(TrailEntry.id))
        .outerjoin(TrailPersonal, col(TrailPersonal.change_id) == col(TrailChange.id))
        .where(condition)
        .order_by(col(TrailEntry.id), col(TrailChange.id))
    )
    return [_line(*row) for row in session.exec(query)]


def _line(entry: TrailEntry, change: TrailChange, personal: TrailPersonal | None) -> Happened:
    before = change.before | (personal.before if personal is not None else {})
    after = change.after | (personal.after if personal is not None else {})
    return _said(entry, change.id, change.record, before, after)


def _said(
    entry: TrailEntry, number: int, record: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Happened:
    return Happened(
        number,
        entry.at,
        entry.actor,
        entry.verb,
        entry.reason,
        record,
        before,
        after,
        batch_id=entry.batch_id,
        erased=not (before or after),
    )


def _narrowed(line: Happened, field: str | None) -> Happened | None:
    if field is None:
        return line
    if field not in line.fields:
        return None
    before = {name: value for name, value in line.before.items() if name == field}
    return replace(line, before=before, after={n: v for n, v in line.after.items() if n == field})


def _inner_fields(record: str) -> set[str]:
    mapper = inspect(record_of(record.partition(":")[0]))
    return {attribute.key for attribute in mapper.column_attrs if is_inner(attribute.columns[0])}


def _told(field: str, before: Any, after: Any, *, new: bool) -> str:
    name = field.removesuffix("_id").replace("_", " ")
    if new:
        return f"{name} {after}" if after not in (None, "", False, [], {}) else ""
    return f"{name} {_shown(before)} → {_shown(after)}"


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)
