"""The tables of classes of contribution: what was chosen, and the rounds in which Member States announce their choice."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from crm.errors import AlreadyExists, InvalidInput
from crm.reference.units import units_field
from crm.store.columns import at_field, choice, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class RoundKind(StrEnum):
    """What the answers of a round are.

    Attributes:
        PROVISIONAL: asked for before the Plenipotentiary Conference, so that the budget can be planned.
        DEFINITIVE: the choice made at the Conference.
    """

    PROVISIONAL = "provisional"
    DEFINITIVE = "definitive"


class Channel(StrEnum):
    """How a Member State was asked, or how it answered."""

    CIRCULAR_LETTER = "circular_letter"
    NOTE_VERBALE = "note_verbale"
    MISSION = "mission"
    LETTER = "letter"
    MEETING = "meeting"
    CONFERENCE = "conference"


class ContributionChoice(Record, table=True):
    """A class of contribution that takes effect on a day. Lines are added, never changed.

    Attributes:
        state: the Member State, ISO 3166 alpha-3.
        units: the class; None takes back what was recorded for the day before this line.
        effective_on: the first day; contributions count from the first day of its month.
        reason: why, or on what occasion.
        override: why it stands although a rule warned.
        warnings: what the rules said when it was recorded.
        source: where it is documented.
        answer_id: the answer of a round that it comes from.
        synthetic: made up for a demonstration or test.
    """

    __tablename__ = "contribution_choice"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        UniqueConstraint("answer_id", name="uq_contribution_choice_answer"),
        Index("ix_contribution_choice_state", "state", "effective_on", "id"),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    state: str = Field(foreign_key="country.code")
    units: Fraction | None = units_field(optional=True)
    effective_on: date
    reason: str = personal()
    override: str = personal(default="")
    warnings: list[str] = json_field(default_factory=list)
    source: str = personal(default="")
    answer_id: int | None = ref("round_answer.id", optional=True, index=False)
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


class AnnouncementRound(Record, table=True):
    """A round in which Member States are asked which class of contribution they choose for a financial period.

    Attributes:
        name: what colleagues call it, e.g. "2028-2031 provisional".
        kind: whether the answers are provisional or definitive.
        circular: the letter that asks, e.g. "CL-25/36".
        period: the financial period that is asked about.
        opened_on: the day on which it began.
        deadline_on: the day by which States are asked to answer.
        unit_amount: what one unit is to cost in a year, in CHF.
        source: where the unit amount comes from.
        closed_on: the day on which it ended; None while it is open.
        synthetic: made up for a demonstration or test.
    """

    __tablename__ = "announcement_round"
    __table_args__ = (
        UniqueConstraint("name", name="uq_announcement_round_name"),
        CheckConstraint("deadline_on >= opened_on", name="order"),
        CheckConstraint("closed_on >= opened_on", name="closed"),
        CheckConstraint("unit_amount > 0", name="amount"),
    )
    changed_by: ClassVar[str] = "book.rounds.move_deadline or close"

    id: int = id_field()
    name: str
    kind: RoundKind = choice(RoundKind, name="kind")
    circular: str
    period: str = Field(foreign_key="financial_period.name")
    opened_on: date
    deadline_on: date
    unit_amount: Decimal = Field(sa_type=Numeric(16, 2))
    source: str = personal(default="")
    closed_on: date | None = None
    synthetic: bool = False

    @property
    def unit_in_words(self) -> str:
        """What one unit is to cost in a year, with where that comes from and how certain it is."""
        return f"CHF {self.unit_amount:,.2f} ({self.source or 'as stated with the round'})"


class RoundAsk(Record, table=True):
    """That a Member State was asked, and how; each one after the first is a reminder. Lines are added, never changed.

    Attributes:
        state: the Member State, ISO 3166 alpha-3.
        document: the letter or note, e.g. "CL-25/36".
    """

    __tablename__ = "round_ask"
    __table_args__ = (UniqueConstraint("round_id", "state", "channel", "asked_on", name="uq_round_ask_once"),)
    append_only: ClassVar[bool] = True

    id: int = id_field()
    round_id: int = ref("announcement_round.id", index=False)
    state: str = Field(foreign_key="country.code")
    channel: Channel = choice(Channel, name="channel")
    asked_on: date
    document: str = personal(default="")
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


class RoundAnswer(Record, table=True):
    """What a Member State announced. Lines are added, never changed: a mistake is mended by a line that replaces it.

    Attributes:
        state: the Member State, ISO 3166 alpha-3.
        units: the class that it announced; None in a correction that says that it was no answer.
        answered_on: the day of the announcement.
        channel: how it came.
        document: the letter or note.
        override: what is known of why it goes beyond what a rule allows.
        replaces_id: the answer that this one corrects.
        reason: why it is corrected, or was written down after the end of the round.
    """

    __tablename__ = "round_answer"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        UniqueConstraint("replaces_id", name="uq_round_answer_replaces"),
        Index(
            "uq_round_answer_day",
            "round_id",
            "state",
            "answered_on",
            unique=True,
            postgresql_where="replaces_id IS NULL",
        ),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    round_id: int = ref("announcement_round.id", index=False)
    state: str = Field(foreign_key="country.code")
    units: Fraction | None = units_field(optional=True)
    answered_on: date
    channel: Channel = choice(Channel, name="channel")
    document: str = personal(default="")
    override: str = personal(default="")
    replaces_id: int | None = ref("round_answer.id", optional=True, index=False)
    reason: str = personal(default="")
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


_CORRECT = "book.rounds.correct puts a mistake right."

means(
    "uq_contribution_choice_answer",
    AlreadyExists,
    "The answer has been taken over already.",
    field="answer",
)
means("uq_announcement_round_name", AlreadyExists, "There is a round of this name already.", field="name")
means(
    "ck_announcement_round_order", InvalidInput, "The deadline is before the round opens.", field="deadline"
)
means("ck_announcement_round_closed", InvalidInput, "It would close before it opened.", field="on")
means(
    "uq_round_ask_once",
    AlreadyExists,
    "It is on record that the State was asked that way on that day.",
    field="on",
)
means(
    "uq_round_answer_day",
    AlreadyExists,
    "The State's answer of that day is on record.",
    field="on",
    hint=_CORRECT,
)
means("uq_round_answer_replaces", AlreadyExists, "The answer has been corrected already.", field="state")
