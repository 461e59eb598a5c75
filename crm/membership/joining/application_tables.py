"""Applications for membership, and every step on their way: the tables."""

from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from crm.errors import AlreadyExists
from crm.membership.joining.application_steps import Status, Step
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.units import units_field
from crm.store.columns import at_field, choice, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class ApplicationRecord(Record, table=True):
    """An application for one membership, as it stands; `book.applications` hands it out with all that goes with it.

    Attributes:
        state: the Member State whose administration must approve it; empty where the Secretary-General does.
        since_on: the day of its last step.
        starts_on: the first day of the membership, once it is fixed.
        follows_id: the earlier application that was refused or withdrawn.
        despite: the eligibility rules that were overridden.
        event_id: the event of the ledger with which the membership began.
        closed_on: the day on which it was activated, refused or withdrawn.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('active', 'refused', 'withdrawn')) = (closed_on IS NOT NULL)", name="closed"
        ),
        CheckConstraint("since_on >= applied_on AND closed_on = since_on", name="order"),
        Index(
            "uq_application_open",
            "organization_id",
            "coverage",
            unique=True,
            postgresql_where="closed_on IS NULL",
        ),
        Index("ix_application_waiting", "state", "since_on", postgresql_where="closed_on IS NULL"),
    )
    changed_by: ClassVar[str] = "the verbs of book.applications"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    category: Category = choice(Category, name="category")
    coverage: Coverage = choice(Coverage, name="coverage")
    study_group: str | None = Field(default=None, foreign_key="study_group.code")
    units: Fraction | None = units_field(optional=True)
    state: str | None = Field(default=None, foreign_key="country.code")
    status: Status = choice(Status, name="status")
    since_on: date
    applied_on: date
    starts_on: date | None = None
    follows_id: int | None = ref("application.id", optional=True)
    despite: list[str] = json_field(default_factory=list)
    event_id: int | None = ref("membership_event.id", optional=True)
    closed_on: date | None = None
    source: str = personal(default="")
    synthetic: bool = False


class ApplicationMove(Record, table=True):
    """One step of an application. Lines are added, never changed.

    Attributes:
        on: the day on which it happened; `at` is when it was written down.
        reason: why, where somebody said so.
    """

    __tablename__ = "application_move"
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False  # the application's own fields are on the trail

    id: int = id_field()
    application_id: int = ref("application.id")
    step: Step = choice(Step, name="step")
    from_status: Status | None = choice(Status, name="from_status", default=None, nullable=True)
    to_status: Status = choice(Status, name="to_status")
    on: date
    reason: str = personal(default="")
    at: datetime = at_field()
    by: str


means(
    "uq_application_open",
    AlreadyExists,
    "The organisation has an open application for this already.",
    field="sector",
    hint="See book.applications.of.",
)
