"""The tables of imports: each batch with how far it is, and its rows with their verdicts and what they replaced."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, Session, col, select

from crm.imports.verdicts import Verdict
from crm.store.columns import at_field, choice, id_field, json_field, personal, ref
from crm.store.history import InBatch
from crm.store.records import Record
from crm.store.trail import name_of


class BatchState(StrEnum):
    """How far an import is.

    Attributes:
        RUNNING: it is under way, or was stopped and can be resumed.
        DONE: all rows have their verdict.
        REVERTED: it was taken back, as far as nothing later stands on it.
    """

    RUNNING = "running"
    DONE = "done"
    REVERTED = "reverted"


class ImportBatch(Record, table=True):
    """One file that was imported; its trail entry points here.

    Attributes:
        kind: what the rows are, e.g. "organizations".
        source: what the source is called; keys are unique within it.
        digest: SHA-256 of the file as it was read, in hexadecimal.
        header: the columns of the file.
        mapping: which column was read as which field.
        options: the policy for updates, and what else was asked for.
        begun_by: who began it; what it writes carries this name and `started_at`, whoever resumes it.
        done: how many rows below the header have been dealt with, blank ones included.
        blank: how many of them held nothing.
        tally: how many rows there are of each verdict, problem and note, with examples.
        finished_at: when the last row was dealt with; empty while rows are left.
        reverted_at: when it was taken back.
    """

    __tablename__ = "import_batch"
    trailed: ClassVar[bool] = False
    changed_by: ClassVar[str] = "book.imports.resume and book.imports.revert"

    id: int = id_field()
    kind: str
    source: str
    digest: str = Field(index=True)
    header: list[str] = json_field()
    mapping: dict[str, Any] = json_field()
    options: dict[str, Any] = json_field()
    begun_by: str
    done: int = 0
    blank: int = 0
    tally: dict[str, Any] = json_field(personal=True)
    started_at: datetime = at_field()
    finished_at: datetime | None = at_field(default=None)
    reverted_at: datetime | None = at_field(default=None)

    @property
    def state(self) -> BatchState:
        """How far it is."""
        if self.reverted_at is not None:
            return BatchState.REVERTED
        return BatchState.DONE if self.finished_at is not None else BatchState.RUNNING


class ImportRow(Record, table=True):
    """What happened to one row of a batch.

    Attributes:
        row: counted from 1 with the header as row 1.
        subject_id: the record of the book; empty for a row that was not taken.
        notes: what was corrected, concluded, filled or left out.
        problems: why the row was not taken.
        cells: the row as it stood in the file, if it was not taken.
        made: what it put into the book: the keys by table.
        changed: what it changed: record, before and after.
        reverted_at: when it was taken back.
        stands: why it was not taken back, if a revert could not.
    """

    __tablename__ = "import_row"
    trailed: ClassVar[bool] = False

    batch_id: int = ref("import_batch.id", primary_key=True, index=False)
    row: int = Field(primary_key=True)
    verdict: Verdict = choice(Verdict, name="verdict")
    name: str = personal()
    subject_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    notes: list[dict[str, Any]] = json_field(personal=True)
    problems: list[dict[str, Any]] = json_field(personal=True)
    cells: list[str] = json_field(personal=True)
    made: dict[str, list[list[Any]]] = json_field()
    changed: list[dict[str, Any]] = json_field(personal=True)
    reverted_at: datetime | None = at_field(default=None)
    stands: str | None = personal(default=None)


def batches_of(session: Session, record: Record) -> Sequence[InBatch]:
    """The batches that wrote a record, with what they changed in it; for its history."""
    number = getattr(record, "id", None)
    if not isinstance(number, int):
        return []
    wrote = col(ImportRow.verdict).in_([Verdict.CREATE, Verdict.UPDATE])
    rows = session.exec(select(ImportRow).where(ImportRow.subject_id == number, wrote))
    return [entry for row in rows for entry in _in_batch(row, name_of(record))]


def _in_batch(row: ImportRow, name: str) -> Sequence[InBatch]:
    if row.verdict is Verdict.CREATE:
        return [InBatch(row.batch_id, {})]
    taken_back = row.reverted_at is not None and row.stands is None
    changed = [entry for entry in row.changed if entry["record"] == name]
    return [InBatch(row.batch_id, e["before"], e["after"], taken_back) for e in changed]
