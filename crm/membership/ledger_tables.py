"""The membership ledger and the terms projected from it, as tables."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from crm.errors import Refused
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category
from crm.reference.units import units_field
from crm.store.columns import at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class MembershipEvent(Record, table=True):
    """One line of the membership ledger. Lines are added, never changed: a mistake is mended by a correction.

    Attributes:
        units: of a Sector Member that has said so, the class it has chosen.
        notice_on: of a denunciation, the day on which its notice was received.
        withdraws_id: of a withdrawal, the denunciation of which the notice was withdrawn.
        agreed_by: of a withdrawal, who agreed to it.
    """

    __tablename__ = "membership_event"
    __table_args__ = (
        CheckConstraint("(kind = 'notice_withdrawn') = (withdraws_id IS NOT NULL)", name="withdraws"),
        Index(
            "uq_membership_event_withdrawn",
            "withdraws_id",
            unique=True,
            postgresql_where="withdraws_id IS NOT NULL",
        ),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    organization_id: int = ref("organization.id")
    kind: EventKind = choice(EventKind, name="kind")
    coverage: Coverage = choice(Coverage, name="coverage")
    category: Category = choice(Category, name="category")
    study_group: str | None = Field(default=None, foreign_key="study_group.code")
    units: Fraction | None = units_field(optional=True)
    effective_on: date
    notice_on: date | None = None
    withdraws_id: int | None = ref("membership_event.id", optional=True, index=False)
    agreed_by: str = personal(default="")
    reason: str = personal(default="")
    source: str = personal(default="")
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


class Term(Record, table=True):
    """A stretch of membership in one category, projected from the ledger; its id is that of the opening event.

    The database keeps the terms of an organisation from overlapping in a Sector (exclusion constraint
    ``ex_term_overlap``, in the migration).
    """

    __tablename__ = "term"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        Index("ix_term_category_until", "category", "until_on", "organization_id"),
    )
    trailed: ClassVar[bool] = False  # the ledger is its history

    id: int = ref("membership_event.id", primary_key=True, index=False)
    organization_id: int = ref("organization.id")
    coverage: Coverage = choice(Coverage, name="coverage")
    category: Category = choice(Category, name="category")
    study_group: str | None = Field(default=None, foreign_key="study_group.code")
    units: Fraction | None = units_field(optional=True)
    opened_by: EventKind = choice(EventKind, name="opened_by")
    since_on: date
    until_on: date | None = None
    ended_by: EventKind | None = choice(EventKind, name="ended_by", default=None, nullable=True)
    synthetic: bool = False


means("uq_membership_event_withdrawn", Refused, "The notice has been withdrawn already.", field="sector")
means(
    "ck_membership_event_withdraws",
    Refused,
    "A withdrawal names the notice that it withdraws, and nothing else does.",
    field="kind",
    hint="book.terms.withdraw_notice records it.",
)
means(
    "ex_term_overlap",
    Refused,
    "Two terms of the organisation would overlap in a Sector.",
    field="effective_on",
)


def running(day: date) -> ColumnElement[bool]:
    """Whether a term runs on a day; for queries."""
    return and_(col(Term.since_on) <= day, or_(col(Term.until_on).is_(None), col(Term.until_on) >= day))


def withdrawn(*, of: Any = MembershipEvent) -> ColumnElement[bool]:
    """Whether an event is a notice that was withdrawn; for queries.

    Args:
        of: the events, under another name where they stand in a query twice.
    """
    later = aliased(MembershipEvent)
    return exists().where(col(later.withdraws_id) == col(of.id))


def runs_on(term: Term, day: date) -> bool:
    """Whether a term runs on a day."""
    return term.since_on <= day and (term.until_on is None or day <= term.until_on)
