"""What somebody has looked at and judged not to be the same: such a pair is not brought up again."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Session, col, select

from crm.directory.tables import Organization
from crm.errors import AlreadyExists, NotFound, Refused
from crm.insight.merge_pairs import Kept
from crm.store.columns import at_field, id_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class Apart(Record):
    """Two records that somebody judged not to be the same.

    Attributes:
        reason: how it is known, for colleagues.
    """

    changed_by: ClassVar[str] = "book.duplicates.reconsider"

    one_id: int
    other_id: int
    reason: str = personal()
    judged_at: datetime = at_field()
    judged_by: str


class OrganizationsApart(Apart, table=True):
    """Two organisations that somebody judged not to be the same."""

    __tablename__ = "organizations_apart"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", name="uq_organizations_apart"),
        CheckConstraint("one_id <> other_id", name="two"),
    )

    id: int = id_field()
    one_id: int = ref("organization.id", index=False)
    other_id: int = ref("organization.id")


class PeopleApart(Apart, table=True):
    """Two people whom somebody judged not to be the same."""

    __tablename__ = "people_apart"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", name="uq_people_apart"),
        CheckConstraint("one_id <> other_id", name="two"),
    )

    id: int = id_field()
    one_id: int = ref("person.id", index=False)
    other_id: int = ref("person.id")


for _table, _what in (("organizations", "organisations"), ("people", "people")):
    means(f"uq_{_table}_apart", AlreadyExists, f"These {_what} have been told apart before.")
    means(f"ck_{_table}_apart_two", Refused, "It is one record, not two.")


def apart_kind(kind: type[Kept]) -> type[Apart]:
    """The table in which two records of a kind are told apart."""
    return OrganizationsApart if kind is Organization else PeopleApart


def told_apart(session: Session, kind: type[Kept]) -> set[frozenset[int]]:
    """Every two records of a kind that were told apart, whichever is named first."""
    table = apart_kind(kind)
    query = select(col(table.one_id), col(table.other_id))
    return {frozenset(pair) for pair in session.exec(query)}


def judgements(session: Session, one: Kept, other: Kept) -> Sequence[Apart]:
    """What told two records apart; several after a merge of two that had both been told apart from a third."""
    table = apart_kind(type(one))
    both = {one.id, other.id}
    return session.exec(select(table).where(col(table.one_id).in_(both), col(table.other_id).in_(both))).all()


def find_judgements(session: Session, one: Kept, other: Kept) -> Sequence[Apart]:
    """What told two records apart.

    Raises:
        NotFound: nothing did.
    """
    found = judgements(session, one, other)
    if not found:
        raise NotFound(
            f"{one.id} {one.name} and {other.id} {other.name} have not been told apart.",
            field="other",
            value=other.id,
            hint="See book.duplicates.dismissed.",
        )
    return found
