"""Runs of campaigns: what was approved, who is enrolled, who was left out and why, and which steps are done."""

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from pydantic import ValidationError
from sqlalchemy import CheckConstraint, ColumnElement, Index, UniqueConstraint, func
from sqlmodel import Field, col

from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.outreach.approved import Approved
from crm.outreach.reasons import Leave, Reason
from crm.reference.languages import Language
from crm.store.columns import INNER, at_field, choice, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class RunStatus(StrEnum):
    """Where a run stands."""

    PREPARED = "prepared"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Arm(StrEnum):
    """Whether an account is written to, or held out to compare with."""

    TREATMENT = "treatment"
    HOLD_OUT = "hold_out"


class EnrolmentState(StrEnum):
    """Where an account stands in a run; what exceeds the ceiling of a standing one awaits an approval."""

    LEFT_OUT = "left_out"
    AWAITING = "awaiting"
    ENROLLED = "enrolled"
    EXITED = "exited"
    FINISHED = "finished"


def reason_of(state: EnrolmentState, kept: str | None) -> Reason | Leave | None:
    """Why an account stands in a run as it does, of what its enrolment keeps; None: nothing is the matter."""
    if kept is None:
        return None
    return Leave(kept) if state is EnrolmentState.EXITED else Reason(kept)


TOOK_PART = (EnrolmentState.ENROLLED, EnrolmentState.EXITED, EnrolmentState.FINISHED)
"""Those whom a run wrote to or held out."""


class Run(Record, table=True):
    """One run of a campaign: prepared by one person, approved by another, launched as approved.

    Attributes:
        campaign: the name of the campaign in the catalogue.
        content: the campaign as it was prepared, as plain JSON; `approved` reads it.
        content_hash: SHA-256 over the content, the reviews left out.
        audience_hash: SHA-256 over the frozen audience: accounts, people, arms, reasons.
        approved_count: how many accounts the approval named.
        note: why it was paused or cancelled.
        halted_at: when it paused itself; empty where a person paused it.
        resumed_at: when it last went on after a pause; what went wrong before that is forgiven.
        ceiling: how many accounts may enter a standing run in each period of `period_days`; empty for a one-off run.
        looked_at: up to when a standing run has looked for accounts that may enter.
        succeeded_by_id: the version that has taken over; then nobody enters this one any more.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("approver IS NULL OR approver <> author", name="approver"),
        CheckConstraint("(ceiling IS NULL) = (period_days IS NULL)", name="standing"),
    )
    changed_by: ClassVar[str] = "the campaign desk (approve, launch, pause, resume, cancel)"

    id: int = id_field()
    campaign: str
    title: str
    status: RunStatus = choice(RunStatus, name="status", default=RunStatus.PREPARED)
    content: dict[str, Any] = json_field()
    content_hash: str
    audience_hash: str
    author: str
    prepared_at: datetime = at_field()
    approver: str | None = None
    approved_at: datetime | None = at_field(default=None)
    approved_count: int | None = None
    launched_at: datetime | None = at_field(default=None)
    halted_at: datetime | None = at_field(default=None)
    resumed_at: datetime | None = at_field(default=None)
    ended_at: datetime | None = at_field(default=None)
    note: str = personal(default="")
    synthetic: bool = False
    ceiling: int | None = None
    period_days: int | None = None
    looked_at: datetime | None = at_field(default=None, sa_column_kwargs=INNER)
    succeeded_by_id: int | None = ref("run.id", optional=True)

    @cached_property
    def approved(self) -> Approved:
        """The content, read: what was approved, or waits for it.

        Raises:
            Refused: this release cannot read it, as another one prepared the run.
        """
        try:
            return Approved.model_validate(self.content)
        except (ValidationError, InvalidInput) as error:
            raise Refused(
                f"This release cannot read what was approved with run {self.id}: {error}",
                rule="runs.readable",
                subject=f"run {self.id}",
                hint="Go on with the release that prepared it, or cancel it with book.runs.cancel and prepare it anew.",
            ) from error

    @property
    def standing(self) -> bool:
        """Whether accounts enter it one by one, instead of all at its launch."""
        return self.ceiling is not None


class Enrolment(Record, table=True):
    """One account in a run's frozen audience, or the named reason why it was left out.

    Attributes:
        group_id: the head of its corporate group, as it was when the audience was frozen.
        reason: why it was left out or left the journey, or why its next letter is held back.
        held_at: since when the next letter is held back, where it is.
        facts: what the letters need to know, frozen with the audience.
        step: the step to take next.
        due_at: when to look at it again.
        rotation: how often the account had been in the campaign before; only a standing run lets it enter again.
        entered_at: when it entered a standing run; empty in a one-off run, which all enter at its launch.
        entered_by: what let it enter: "schedule", an occurrence, or the colleague who did.
        entered_run_id: the version in which it entered, where another has taken it over since.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        *(
            Index(name, "run_id", column, "rotation", unique=True, postgresql_where="state <> 'left_out'")
            for name, column in (
                ("uq_enrolment_account", "organization_id"),
                ("uq_enrolment_person", "person_id"),
            )
        ),
        Index("ix_enrolment_due", "due_at", "id", postgresql_where="state = 'enrolled'"),
        Index("ix_enrolment_group", "group_id", postgresql_where="state = 'enrolled'"),
    )
    trailed: ClassVar[bool] = False  # the run's entry and the steps are its history

    id: int = id_field()
    run_id: int = ref("run.id", index=False)
    organization_id: int = ref("organization.id")
    group_id: int = ref("organization.id", index=False)
    person_id: int | None = ref("person.id", optional=True)
    language: Language | None = choice(Language, name="language", default=None, nullable=True)
    arm: Arm | None = choice(Arm, name="arm", default=None, nullable=True)
    state: EnrolmentState = choice(EnrolmentState, name="state")
    reason: str | None = None
    held_at: datetime | None = at_field(default=None)
    facts: dict[str, Any] = json_field(personal=True, default_factory=dict)
    step: str | None = None
    due_at: datetime | None = at_field(default=None)
    answered_at: datetime | None = at_field(default=None)
    ended_at: datetime | None = at_field(default=None)
    rotation: int = Field(default=0, sa_column_kwargs=INNER)
    entered_at: datetime | None = at_field(default=None)
    entered_by: str | None = None
    entered_run_id: int | None = ref("run.id", optional=True)


def begun_at() -> ColumnElement[datetime]:
    """When an enrolled account's journey began: its entry, or the launch; for queries over enrolments and their runs."""
    return func.coalesce(col(Enrolment.entered_at), col(Run.launched_at))


class StepTaken(Record, table=True):
    """A step of the journey that an enrolment has taken; each is taken once.

    Attributes:
        outbox_id: the letter it queued.
        follow_up_id: the task it planned.
        outcome: for a step that leads to several, the one it led to; for an invitation, what its reader answered.
    """

    __tablename__ = "step_taken"
    __table_args__ = (UniqueConstraint("enrolment_id", "step", name="uq_step_taken_once"),)
    trailed: ClassVar[bool] = False

    id: int = id_field()
    enrolment_id: int = ref("enrolment.id", index=False)
    step: str
    at: datetime = at_field()
    outbox_id: int | None = ref("outbox.id", optional=True)
    follow_up_id: int | None = ref("follow_up.id", optional=True)
    outcome: str | None = Field(default=None, sa_column_kwargs=INNER)


means("uq_enrolment_account", AlreadyExists, "The account is in this run already.", field="organization")
means("uq_enrolment_person", AlreadyExists, "The person is written to in this run already.", field="person")
means("uq_step_taken_once", AlreadyExists, "The step has been taken already.", field="step")
means("ck_run_approver", Refused, "Who prepared a run cannot approve it.", hint="Ask a colleague.")
