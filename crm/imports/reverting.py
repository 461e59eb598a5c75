"""Reverting an import: the rows of a batch are taken back, the last one first, in chunks that stand or fall alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from crm.errors import AccordError, InvalidInput, Refused
from crm.imports.batches import ImportBatch, ImportRow
from crm.imports.payments import PAYMENTS
from crm.imports.performing import CHUNK, found_batch
from crm.imports.reverted import STANDS, Reverted, Stands
from crm.imports.running import TURN
from crm.imports.spool import Lazy, Spool
from crm.imports.taking_back import TakingBack
from crm.imports.taking_back_payments import take_back_payments
from crm.imports.taking_back_terms import take_back_event
from crm.imports.terms import TERMS
from crm.imports.verdicts import Verdict
from crm.store.store import Store
from crm.store.turns import only_one, take_turns

_WRITTEN = (Verdict.CREATE, Verdict.UPDATE)


class _Rehearsed(Exception):
    """A dry run has come to its end."""


@dataclass(slots=True)
class _Sums:
    rows: int = 0
    standing: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    added: int = 0


def revert(store: Store, number: int, *, reason: str, dry_run: bool) -> Reverted:
    """Take an import back, as far as nothing later stands on it; see `Imports.revert`."""
    if not reason.strip():
        raise InvalidInput("The reason is empty.", field="reason", hint="Say why it is taken back.")
    batch = found_batch(store, number)
    with only_one(store.engine, f"import.{batch.digest}") as free:
        if not free:
            raise Refused(f"Import {number} runs at this moment.", rule="imports.once_at_a_time")
        if not dry_run:
            _begin(store, batch, reason)
            sums = _all(store, batch, reason)
            standing = Lazy(partial(_standing, store, number), sums.standing)
            return _told(batch, sums, standing, dry_run=False)
        spool = Spool(STANDS)
        with suppress(_Rehearsed), store.transaction():
            sums = _all(store, batch, reason)
            spool.write(_standing(store, number))
            raise _Rehearsed
        return _told(batch, sums, Lazy(spool.read, sums.standing), dry_run=True)


def _begin(store: Store, batch: ImportBatch, reason: str) -> None:
    with store.changing("import.reverted", reason=reason) as change:
        change.in_batch(batch.id)
        mine = update(ImportBatch).where(col(ImportBatch.id) == batch.id)
        change.session.connection().execute(mine.values(reverted_at=change.now))


def _all(store: Store, batch: ImportBatch, reason: str) -> _Sums:
    sums, before = _Sums(), None
    while True:
        with store.transaction() as session:
            take_turns(session, TURN)
            session.expunge_all()  # what earlier chunks put back, they put back past the session
            rows = _page(session, batch.id, before)
            if batch.kind == TERMS.name:
                _take_back_events(store, session, rows, sums, reason)
            elif batch.kind == PAYMENTS.name:
                why = take_back_payments(store, rows, reason=reason)
                sums.added += sum(against is None for against in why.values())
                _note(session, rows, why, sums, store)
            else:
                _take_back(store, session, rows, sums)
        if not rows:
            return sums
        before = rows[-1].row


def _page(session: Session, batch_id: int, before: int | None) -> Sequence[ImportRow]:
    """The next rows that wrote something and were not taken back yet, the last one first."""
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, col(ImportRow.verdict).in_(_WRITTEN))
    query = query.where(col(ImportRow.reverted_at).is_(None))
    if before is not None:
        query = query.where(ImportRow.row < before)
    return session.exec(query.order_by(col(ImportRow.row).desc()).limit(CHUNK)).all()


def _take_back(store: Store, session: Session, rows: Sequence[ImportRow], sums: _Sums) -> None:
    """Take rows back together, and one by one where the database refuses that."""
    if not rows:
        return
    try:
        with store.transaction():
            taking = TakingBack(session, rows)
            why = {row.row: taking.obstacle(row) for row in rows}
            taking.write()
    except AccordError as error:
        if len(rows) == 1:
            _note(session, rows, {rows[0].row: error.message}, sums, store)
            return
        middle = len(rows) // 2
        _take_back(store, session, rows[:middle], sums)
        _take_back(store, session, rows[middle:], sums)
        return
    sums.removed += taking.removed
    sums.restored += taking.restored
    _note(session, rows, why, sums, store)


def _take_back_events(
    store: Store, session: Session, rows: Sequence[ImportRow], sums: _Sums, reason: str
) -> None:
    why: dict[int, str | None] = {}
    for row in rows:
        try:
            with store.transaction():
                take_back_event(session, row, reason=reason, at=store.now(), by=store.actor)
                why[row.row] = None
                sums.added += 1
        except AccordError as error:
            why[row.row] = error.message
    _note(session, rows, why, sums, store)


def _note(
    session: Session, rows: Sequence[ImportRow], why: dict[int, str | None], sums: _Sums, store: Store
) -> None:
    """Note at each row that it was taken back, or why it stands."""
    now = store.now()
    stand = sum(reason is not None for reason in why.values())
    sums.rows, sums.standing = sums.rows + len(rows) - stand, sums.standing + stand
    values = [
        {"batch": row.batch_id, "number": row.row, "why": why[row.row], "at": None if why[row.row] else now}
        for row in rows
    ]
    if values:
        session.connection().execute(_NOTED, values)


_NOTED = (
    update(ImportRow)
    .where(col(ImportRow.batch_id) == bindparam("batch"), col(ImportRow.row) == bindparam("number"))
    .values(stands=bindparam("why"), reverted_at=bindparam("at"))
)


def _standing(store: Store, number: int) -> Iterator[Stands]:
    """The rows that could not be taken back, in the order of the file."""
    last = 0
    while page := _standing_page(store, number, after=last):
        for row in page:
            yield Stands(row.row, row.name, row.subject_id, row.stands or "")
        last = page[-1].row


def _standing_page(store: Store, number: int, *, after: int) -> Sequence[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == number, col(ImportRow.stands).is_not(None))
    with store.reading() as session:
        return session.exec(
            query.where(ImportRow.row > after).order_by(col(ImportRow.row)).limit(CHUNK)
        ).all()


def _told(batch: ImportBatch, sums: _Sums, standing: Lazy[Stands], *, dry_run: bool) -> Reverted:
    return Reverted(
        batch.id,
        batch.kind,
        batch.source,
        dry_run,
        sums.rows,
        dict(sorted(sums.removed.items())),
        dict(sorted(sums.restored.items())),
        sums.added,
        standing,
    )
