"""What accounts are asked for, and every step on the way: opportunities, their moves, and the notes to these."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric
from sqlmodel import Field

from crm.reference.opportunity_stages import OpportunityKind, Outcome
from crm.store.columns import at_field, choice, id_field, personal, prose, ref
from crm.store.records import Record

_AMOUNT = Numeric(16, 2)
_STAGE = ["opportunity_stage.kind", "opportunity_stage.stage"]


class Frequency(StrEnum):
    """Whether the amount is asked for every year or once."""

    YEARLY = "yearly"
    ONCE = "once"


class Basis(StrEnum):
    """Where a probability comes from: the stage that the ask stands in, or somebody who knows better."""

    STAGE = "stage"
    STATED = "stated"


class MoveKind(StrEnum):
    """What happened to an ask."""

    OPENED = "opened"
    MOVED = "moved"
    CHANGED = "changed"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"


class Opportunity(Record, table=True):
    """Something an account is asked for: a membership, a higher class, a contribution, a sponsorship.

    It is an ask, never revenue. A contribution that is won here is no pledge, agreement or receipt, a membership that is
    won is no term, and a pledge to Partner2Connect is mostly no money to the Union at all: at the most it is the
    `source` of an ask.

    Attributes:
        amount: what is asked for; empty where nobody has put a figure to it.
        frequency: whether the amount is one of every year or is asked for once.
        probability: how likely it is won, in per cent.
        basis: whether the probability is that of the stage or was stated by somebody.
        expected_on: the day on which an answer is expected; empty where none is.
        sector: the Sector that a membership is asked for in.
        stage_since: when it came to the stage in which it stands.
        closed_on: the day on which it was won or lost; `closed_at` is when that was written down.
    """

    __tablename__ = "opportunity"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "stage"], _STAGE, name="fk_opportunity_stage"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint(
            "(outcome = 'open') = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_on IS NULL)",
            name="closed",
        ),
        Index("ix_opportunity_open", "owner_id", "expected_on", postgresql_where="closed_at IS NULL"),
        Index("ix_opportunity_closed", "closed_on", postgresql_where="closed_at IS NOT NULL"),
    )
    changed_by: ClassVar[str] = "book.opportunities.change or move"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    kind: OpportunityKind = choice(OpportunityKind, name="kind")
    title: str = prose(personal=True)
    stage: str
    outcome: Outcome = choice(Outcome, name="outcome", default=Outcome.OPEN)
    amount: Decimal | None = Field(default=None, sa_type=_AMOUNT)
    currency: str = "CHF"
    frequency: Frequency = choice(Frequency, name="frequency")
    probability: int = Field(ge=0, le=100)
    basis: Basis = choice(Basis, name="basis", default=Basis.STAGE)
    expected_on: date | None = None
    owner_id: int | None = ref("staff.id", optional=True, index=False)
    office: str | None = Field(default=None, foreign_key="office.code")
    sector: str | None = Field(default=None, foreign_key="sector.code")
    source: str = personal(default="")
    opened_at: datetime = at_field()
    stage_since: datetime = at_field()
    closed_at: datetime | None = at_field(default=None)
    closed_on: date | None = None
    synthetic: bool = False


class OpportunityMove(Record, table=True):
    """One step of an ask, with what was asked, how likely it was and by when it was expected after it.

    Lines are added, never changed: how long an ask stood where, and how often its day slipped, can always be told.

    Attributes:
        at: when it was written down.
        on: the day on which it happened, which may be an earlier one where an ask was won or lost.
    """

    __tablename__ = "opportunity_move"
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False  # the opportunity's own fields are on the trail

    id: int = id_field()
    opportunity_id: int = ref("opportunity.id")
    kind: MoveKind = choice(MoveKind, name="kind")
    from_stage: str | None = None
    to_stage: str
    at: datetime = at_field()
    on: date
    by: str
    amount: Decimal | None = Field(default=None, sa_type=_AMOUNT)
    currency: str
    probability: int
    expected_on: date | None = None


class OpportunityNote(Record, table=True):
    """What somebody had to say to a step; apart from it, because words may have to be erased and steps may not."""

    __tablename__ = "opportunity_note"
    changed_by: ClassVar[str] = "book.opportunities.move, which adds a note to the next step"

    move_id: int = ref("opportunity_move.id", primary_key=True, index=False)
    text: str = prose(personal=True)
