"""The journal of merges: what was merged into what, and every value that a merge changed, so that it can be undone."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from crm.errors import Refused
from crm.store.columns import at_field, choice, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class MergedKind(StrEnum):
    """What was merged."""

    ORGANIZATION = "organization"
    PERSON = "person"


class MergeEntry(Record, table=True):
    """One merge.

    Attributes:
        moved: how many rows went over to the keeper, by table and column.
        stayed: the rows that stayed with the duplicate, and the rule that kept each there.
        taken_over: the fields in which the keeper had nothing and took over what the duplicate had.
        undone_at: when it was undone.
    """

    __tablename__ = "merge"
    __table_args__ = (
        Index("uq_merge_standing", "duplicate_id", unique=True, postgresql_where="undone_at IS NULL"),
    )
    changed_by: ClassVar[str] = "book.unmerge"

    id: int = id_field()
    kind: MergedKind = choice(MergedKind, name="kind")
    # No references: which table they are rows of depends on the kind.
    keeper_id: int = Field(sa_type=BigInteger, index=True)
    duplicate_id: int = Field(sa_type=BigInteger, index=True)
    reason: str = personal()
    merged_at: datetime = at_field()
    merged_by: str
    moved: dict[str, int] = json_field(default_factory=dict)
    stayed: list[list[str]] = json_field(default_factory=list)
    taken_over: list[str] = json_field(default_factory=list)
    undone_at: datetime | None = at_field(default=None)
    undone_by: str | None = None
    undone_because: str | None = personal(default=None)


class MergeMove(Record, table=True):
    """One value that a merge changed.

    Attributes:
        record: the table.
        key: the primary key of the row, as it is since the change.
        field: the column.
        before: what stood there.
        after: what the merge put there.
    """

    __tablename__ = "merge_move"
    trailed: ClassVar[bool] = False  # it is a trail itself

    id: int = id_field()
    merge_id: int = ref("merge.id")
    record: str
    key: list[Any] = json_field()
    field: str
    before: Any = json_field(personal=True, nullable=True)
    after: Any = json_field(personal=True, nullable=True)


means("uq_merge_standing", Refused, "It was merged into another at the same moment.", field="duplicate")
