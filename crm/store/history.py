"""`book.trail`: what happened to a record, field by field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm.shown import Shown
from crm.store.records import Record
from crm.store.store import Store
from crm.store.trail import TrailChange, TrailEntry, TrailPersonal, name_of


@dataclass(frozen=True, slots=True)
class Happened(Shown):
    """One verb that touched a record.

    Attributes:
        before: the fields that changed, as they were; without personal values once these have been erased.
        after: the same fields, as they became.
    """

    at: datetime
    actor: str
    verb: str
    reason: str | None
    record: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InBatch:
    """What a batch wrote in a record: a bulk verb leaves one entry on the trail for all the records of its batch.

    Attributes:
        batch_id: the batch.
        before: the fields that it changed, as they were; nothing where it made the record.
        after: the same fields, as they became.
        put_back: whether a later entry of the batch put them back.
    """

    batch_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    put_back: bool = False


class History:
    """`book.trail`: read the trail.

    Args:
        store: the door to the database.
        batches: what batches wrote in a record.
    """

    def __init__(self, store: Store, *, batches: Callable[[Session, Record], Sequence[InBatch]]) -> None:
        self._store = store
        self._batches = batches

    def of(self, record: Record) -> tuple[Happened, ...]:
        """What happened to a record, the oldest first.

        Args:
            record: anything that the book handed out.
        """
        with self._store.reading() as session:
            in_batches = _in_batches(session, self._batches(session, record), name_of(record))
            alone = _happened(session, TrailChange.record == name_of(record))
            return _in_order([*in_batches, *alone])

    def about(self, record: Record) -> tuple[Happened, ...]:
        """Everything that the verbs about a subject changed, in all the records they touched; the oldest first."""
        with self._store.reading() as session:
            return _in_order(_happened(session, TrailEntry.subject == name_of(record)))

    def latest(self, *, limit: int = 50) -> tuple[TrailEntry, ...]:
        """The latest verbs of everybody, the newest first."""
        with self._store.reading() as session:
            return tuple(session.exec(select(TrailEntry).order_by(col(TrailEntry.id).desc()).limit(limit)))


_Numbered = tuple[int, Happened]
"""What happened, with the number of its entry: the trail is numbered in the order of time."""


def _in_order(happened: list[_Numbered]) -> tuple[Happened, ...]:
    return tuple(entry for _, entry in sorted(happened, key=lambda numbered: numbered[0]))


def _in_batches(session: Session, written: Sequence[InBatch], record: str) -> list[_Numbered]:
    by_batch = {entry.batch_id: entry for entry in written}
    query = select(TrailEntry).where(col(TrailEntry.batch_id).in_(by_batch)).order_by(col(TrailEntry.id))
    found: list[_Numbered] = []
    begun: set[int] = set()
    for e in session.exec(query):
        assert e.batch_id is not None
        wrote = by_batch[e.batch_id]
        if e.batch_id not in begun:
            before, after = wrote.before, wrote.after
        elif wrote.put_back:
            before, after = wrote.after, wrote.before
        else:
            continue  # what came of the batch later did not concern this record
        begun.add(e.batch_id)
        found.append((e.id, Happened(e.at, e.actor, e.verb, e.reason, record, before, after)))
    return found


def _happened(session: Session, condition: Any) -> list[_Numbered]:
    query: Any = (
        select(TrailEntry, TrailChange, TrailPersonal)
        .join(TrailChange, col(TrailChange.entry_id) == col(TrailEntry.id))
        .outerjoin(TrailPersonal, col(TrailPersonal.change_id) == col(TrailChange.id))
        .where(condition)
        .order_by(col(TrailEntry.id), col(TrailChange.id))
    )
    return [
        (
            entry.id,
            Happened(
                entry.at,
                entry.actor,
                entry.verb,
                entry.reason,
                change.record,
                change.before | (personal.before if personal is not None else {}),
                change.after | (personal.after if personal is not None else {}),
            ),
        )
        for entry, change, personal in session.exec(query)
    ]
