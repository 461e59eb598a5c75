"""Performing an import: from the file that was given to the report, dry or real, from the first row or where it stopped."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from crm.directory.names import clean_name
from crm.directory.roles import RoleKind
from crm.errors import InvalidInput, NotFound, Refused
from crm.imports.batches import BatchState, ImportBatch
from crm.imports.cleaning import Cleaning
from crm.imports.judgement import Circumstances, Update
from crm.imports.kind import Kind
from crm.imports.mapping import ImportMapping
from crm.imports.report import ImportReport
from crm.imports.row_log import BookLog, RowLog, SpooledLog
from crm.imports.running import TURN, Run
from crm.imports.sources import Source, opened_table
from crm.imports.table import Table
from crm.imports.tally import Tally
from crm.store.columns import chosen
from crm.store.store import Store
from crm.store.trail import take_ids
from crm.store.turns import only_one, take_turns

CHUNK = 1000
"""How many rows are looked up, written and committed at once."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An import as it was asked for; see `Imports.organizations`."""

    kind: Kind
    source: Source
    mapping: ImportMapping
    dry_run: bool = False
    source_name: str | None = None
    update: Update | str = Update.FILL
    role: RoleKind | str | None = None
    synthetic: bool = False
    encoding: str | None = None
    sheet: str | None = None
    on_progress: Progress | None = None

    def options(self) -> dict[str, Any]:
        """What was asked for beside the mapping, as it is kept with the batch."""
        role = None if self.role is None else chosen(RoleKind, self.role, field="role").value
        policy = chosen(Update, self.update, field="update").value
        return {
            "update": policy,
            "role": role,
            "synthetic": self.synthetic,
            "encoding": self.encoding,
            "sheet": self.sheet,
        }


def perform(store: Store, order: Order) -> ImportReport:
    """Import a file; one that was stopped goes on where it stopped.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file as a whole, its header or the mapping cannot be used; nothing was written.
        Refused: the same file is being imported at this moment.
    """
    options = order.options()
    columns = tuple(order.mapping.columns.values())
    with opened_table(order.source, columns=columns, encoding=order.encoding, sheet=order.sheet) as table:
        order.mapping.positions(table.header, file=table.file)
        asked = {
            "kind": order.kind.name,
            "source": _source_name(order, table.file),
            "digest": table.digest,
            "mapping": order.mapping.model_dump(mode="json"),
            "options": options,
        }
        if order.dry_run:
            return _rehearsed(store, order.kind, table, asked, order.on_progress)
        with _alone(store, table):
            batch = _stopped(store, asked) or _begun(store, table, asked)
            return _run(store, order.kind, table, batch, on_progress=order.on_progress)


def resume(
    store: Store, kinds: Mapping[str, Kind], number: int, source: Source, on_progress: Progress | None
) -> ImportReport:
    """Go on with an import that was stopped; one that is done already gives its report.

    Raises:
        NotFound: there is no such import.
        InvalidInput: it was another file.
        Refused: it has been reverted, or runs at this moment.
    """
    batch = found_batch(store, number)
    if batch.state is BatchState.REVERTED:
        raise Refused(f"Import {number} has been reverted.", rule="imports.reverted", subject=str(number))
    if batch.state is BatchState.DONE:
        return report_of(batch, BookLog(store, number))
    kind, mapping = kinds[batch.kind], ImportMapping.model_validate(batch.mapping)
    columns = tuple(mapping.columns.values())
    how = {name: batch.options[name] for name in ("encoding", "sheet")}
    with opened_table(source, columns=columns, **how) as table:
        if table.digest != batch.digest:
            hint = "Give the very file that was begun, or import this one by itself."
            raise InvalidInput(f"{table.file} is not the file of import {number}.", field="source", hint=hint)
        with _alone(store, table):
            return _run(store, kind, table, found_batch(store, number), on_progress=on_progress)


def found_batch(store: Store, number: int) -> ImportBatch:
    """The batch of a number.

    Raises:
        NotFound: there is none.
    """
    with store.reading() as session:
        found = session.get(ImportBatch, number)
    if found is None:
        raise NotFound(f"There is no import {number}.", field="batch", value=number, hint="See book.imports.")
    return found


def report_of(batch: ImportBatch, log: RowLog, *, dry_run: bool = False) -> ImportReport:
    """What a batch did, as far as it is; of one from before there were tallies its rows are counted."""
    tally = Tally.of(batch.tally)
    if not batch.tally:
        tally.add(log.read())
    return ImportReport(
        None if dry_run else batch.id,
        dry_run,
        batch.kind,
        batch.source,
        tuple(batch.header),
        batch.blank,
        tally,
        batch.finished_at is not None,
        log=log,
    )


@contextmanager
def _alone(store: Store, table: Table) -> Iterator[None]:
    with only_one(store.engine, f"import.{table.digest}") as free:
        if not free:
            raise Refused(
                f"{table.file} is being imported at this moment.",
                rule="imports.once_at_a_time",
                hint="Wait until it is done; see book.imports.",
            )
        with store.reading() as session:
            # The server may still commit the chunk of a process that has been killed: how far it came is not known before.
            take_turns(session, TURN)
        yield


def _source_name(order: Order, file: str) -> str:
    if order.source_name is None and "key" in order.mapping.columns:
        raise InvalidInput(
            "A column holds the source's own keys, and the source has no name.",
            field="source_name",
            hint="Give source_name, the same for each file of the source.",
        )
    return clean_name(order.source_name if order.source_name is not None else file, field="source_name")


def _stopped(store: Store, asked: dict[str, Any]) -> ImportBatch | None:
    """The latest import that was asked for in the same words and did not come to its end."""
    query = select(ImportBatch).where(col(ImportBatch.finished_at).is_(None))
    for name, value in asked.items():
        query = query.where(getattr(ImportBatch, name) == value)
    unreverted = col(ImportBatch.reverted_at).is_(None)
    with store.reading() as session:
        return session.exec(query.where(unreverted).order_by(col(ImportBatch.id).desc())).first()


def _begun(store: Store, table: Table, asked: dict[str, Any]) -> ImportBatch:
    with store.changing(f"{asked['kind']}.imported") as change:
        batch = _inserted(change.session, store, table, asked)
        change.in_batch(batch.id)
        return batch


def _inserted(session: Session, store: Store, table: Table, asked: dict[str, Any]) -> ImportBatch:
    (number,) = take_ids(session, 1)
    batch = ImportBatch(
        **asked, id=number, header=list(table.header), begun_by=store.actor, started_at=store.now(), tally={}
    )
    session.connection().execute(insert(ImportBatch), [batch.model_dump()])
    return batch


class _Rehearsed(Exception):
    """A dry run has come to its end."""


def _rehearsed(
    store: Store, kind: Kind, table: Table, asked: dict[str, Any], on_progress: Progress | None
) -> ImportReport:
    """Do all of it, and take all of it back."""
    log = SpooledLog()
    with suppress(_Rehearsed), store.transaction() as session:
        batch = _inserted(session, store, table, asked)
        report = _run(store, kind, table, batch, spool=log, on_progress=on_progress)
        raise _Rehearsed
    return report


def _run(
    store: Store,
    kind: Kind,
    table: Table,
    batch: ImportBatch,
    *,
    spool: SpooledLog | None = None,
    on_progress: Progress | None = None,
) -> ImportReport:
    run = _prepared(store, kind, table, batch)
    done = batch.done
    with closing(table.rows()) as rows:
        next(islice(rows, done - 1, done), None) if done else None
        while lines := list(islice(rows, CHUNK)):
            done += len(lines)
            verdicts = run.chunk(lines, done=done)
            if spool is not None:
                # Numbers that are taken after the batch's own belong to records that will not be there.
                spool.write(
                    replace(v, subject_id=None) if (v.subject_id or 0) > batch.id else v for v in verdicts
                )
            if on_progress:
                on_progress(done, max(done, table.total))
    finished = _finished(store, batch.id)
    return report_of(finished, spool or BookLog(store, batch.id), dry_run=spool is not None)


def _prepared(store: Store, kind: Kind, table: Table, batch: ImportBatch) -> Run[Any]:
    role = batch.options["role"]
    shared = Circumstances(
        batch.id,
        batch.source,
        batch.started_at,
        batch.begun_by,
        Update(batch.options["update"]),
        RoleKind(role) if role else None,
        batch.options["synthetic"],
    )
    mapping = ImportMapping.model_validate(batch.mapping)
    with store.reading() as session:
        rules = kind.rules(session, shared, mapping.separator)
    cleaning = Cleaning(kind, rules, mapping, mapping.positions(table.header, file=table.file))
    return Run(store, shared, cleaning=cleaning, rules=rules, tally=Tally.of(batch.tally), blank=batch.blank)


def _finished(store: Store, number: int) -> ImportBatch:
    mine = col(ImportBatch.id) == number
    with store.transaction() as session:
        ended = update(ImportBatch).where(mine, col(ImportBatch.finished_at).is_(None))
        session.connection().execute(ended.values(finished_at=store.now()))
        batch = session.exec(select(ImportBatch).where(mine)).one()
        session.expunge(batch)
        return batch
