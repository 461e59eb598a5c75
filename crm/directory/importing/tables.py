"""The tables of imports: each batch, its rows with their verdicts, and the keys that sources use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger
from sqlmodel import Field, Session, select

from crm.directory.importing.verdicts import Verdict
from crm.directory.tables import Organization
from crm.errors import AlreadyExists
from crm.store.columns import at_field, choice, id_field, json_field, personal, ref
from crm.store.history import InBatch
from crm.store.records import Record
from crm.store.violations import means


class ImportBatch(Record, table=True):
    """One file that was imported; its trail entry points here.

    Attributes:
        kind: what the rows are; "organizations".
        source: what the source is called; keys are unique within it.
        digest: SHA-256 of the file as it was read, in hexadecimal.
        header: the columns of the file.
        mapping: which column was read as which field.
        blank: how many rows held nothing.
    """

    __tablename__ = "import_batch"
    trailed: ClassVar[bool] = False

    id: int = id_field()
    kind: str
    source: str
    digest: str = Field(index=True)
    header: list[str] = json_field()
    mapping: dict[str, Any] = json_field()
    blank: int = 0
    started_at: datetime = at_field()


class ImportRow(Record, table=True):
    """What happened to one row of a batch.

    Attributes:
        row: counted from 1 with the header as row 1.
        subject_id: the record of the book; empty for a refused row.
        notes: what was corrected, concluded or left out.
        problems: why the row was refused.
        cells: the row as it stood in the file, if it was refused.
        digest: the first half of the SHA-256 of its cells, in hexadecimal, to know it again in another file.
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
    digest: str


class SourceKey(Record, table=True):
    """What a source calls an organisation, so that its next file finds it again."""

    __tablename__ = "source_key"
    changed_by: ClassVar[str] = "book.imports.organizations"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    organization_id: int = ref("organization.id")


means("pk_source_key", AlreadyExists, "Another organisation has this key.", field="key")


def batches_of(session: Session, record: Record) -> Sequence[InBatch]:
    """What imports did to a record; for its history."""
    if not isinstance(record, Organization):
        return []
    created = (ImportRow.subject_id == record.id, ImportRow.verdict == Verdict.CREATE)
    return [InBatch(number, {}) for number in session.exec(select(ImportRow.batch_id).where(*created))]
