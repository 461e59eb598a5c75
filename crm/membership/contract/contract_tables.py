"""What is agreed, sent, put off and granted beside the membership ledger; and how accounts stand, worked out from all of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.membership.contract.contract_case import LadderStep, Postponable
from crm.membership.contract.standing import Punctuality, Standing
from crm.store.columns import INNER, at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class RepaymentPlan(Record, table=True):
    """An agreement to pay by instalments what was due when it was made.

    Attributes:
        agreed_on: the day of the agreement: from it on the ladder is halted, as long as the instalments are paid.
        reason: why, or where it is documented.
        ended_on: the day from which it holds no more, where somebody has ended it.
    """

    __tablename__ = "repayment_plan"
    __table_args__ = (
        UniqueConstraint("organization_id", "agreed_on", name="uq_repayment_plan_agreed"),
        CheckConstraint("ended_on >= agreed_on", name="order"),
    )
    changed_by: ClassVar[str] = "book.repayment_plans"

    id: int = id_field()
    organization_id: int = ref("organization.id", index=False)
    agreed_on: date
    reason: str = personal()
    agreed_by: str
    recorded_at: datetime = at_field()
    ended_on: date | None = None
    ended_because: str = personal(default="")
    synthetic: bool = False


class PlanInstalment(Record, table=True):
    """A part of a repayment plan, and the last day on which it is paid in time. Written once, never changed."""

    __tablename__ = "plan_instalment"
    __table_args__ = (
        UniqueConstraint("plan_id", "due_on", name="uq_plan_instalment_due"),
        CheckConstraint("amount > 0", name="amount"),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    plan_id: int = ref("repayment_plan.id", index=False)
    due_on: date
    amount: Decimal = Field(sa_type=Numeric(16, 2))


class SuspensionNotice(Record, table=True):
    """The notice that a member is suspended. From its receipt the days to its exclusion count.

    Attributes:
        received_on: the day on which the member received it; None while that is not known.
        document: what it is called, or where it is on file.
    """

    __tablename__ = "suspension_notice"
    __table_args__ = (
        UniqueConstraint("organization_id", "sent_on", name="uq_suspension_notice_sent"),
        CheckConstraint("received_on >= sent_on", name="order"),
    )
    changed_by: ClassVar[str] = "book.suspension_notices.received"

    id: int = id_field()
    organization_id: int = ref("organization.id", index=False)
    sent_on: date
    received_on: date | None = None
    document: str = personal(default="")
    sent_by: str
    recorded_at: datetime = at_field()


class StepPostponement(Record, table=True):
    """A decision of the Secretary-General to put off a step of the ladder; it does not change any more.

    Attributes:
        step: the suspension, or the exclusion.
        decided_on: from this day on it is put off.
        until_on: the day on which the step is taken, if there is still reason to.
    """

    __tablename__ = "step_postponement"
    __table_args__ = (CheckConstraint("until_on >= decided_on", name="order"),)

    id: int = id_field()
    organization_id: int = ref("organization.id")
    step: Postponable = choice(Postponable, name="step")
    decided_on: date
    until_on: date
    reason: str = personal()
    recorded_at: datetime = at_field()
    recorded_by: str


class Exemption(Record, table=True):
    """An exemption from contributions, with its reason and its end.

    Attributes:
        since_on: the first day.
        until_on: the last day; the Council looks at each again.
        reason: why, and by which decision.
        granted_until_on: the last day for which it was granted, where it was withdrawn before.
    """

    __tablename__ = "exemption"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        ExcludeConstraint(
            ("organization_id", "="),
            (text("daterange(since_on, until_on, '[]')"), "&&"),
            name="ex_exemption_overlap",
            using="gist",
        ),
    )
    changed_by: ClassVar[str] = "book.exemptions"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    since_on: date
    until_on: date
    reason: str = personal()
    granted_by: str
    recorded_at: datetime = at_field()
    granted_until_on: date | None = None
    withdrawn_because: str = personal(default="")
    synthetic: bool = False


class AccountStanding(Record, table=True):
    """How an account stands for some days, worked out from all that is on file and rewritten with each change of it.

    The fields are those of `StandingSpan`; the days to come are as if nothing more were paid.
    """

    __tablename__ = "standing_span"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        Index("ix_standing_span_step", "step", "since_on", postgresql_where="step IS NOT NULL"),
    )
    trailed: ClassVar[bool] = False  # what it is worked out from is on the trail

    organization_id: int = ref("organization.id", primary_key=True, index=False)
    since_on: date = Field(primary_key=True)
    until_on: date | None = None
    standing: Standing | None = choice(Standing, name="standing", default=None, nullable=True)
    punctuality: Punctuality | None = choice(Punctuality, name="punctuality", default=None, nullable=True)
    step: LadderStep | None = choice(LadderStep, name="step", default=None, nullable=True)
    as_of: date
    source: str
    why: str
    synthetic: bool = False


class ContractChange(Record, table=True):
    """An account about whose contract a transaction has written something; triggers say so, whoever has written it.

    Before the transaction ends its spans are worked out anew, and the row is gone. What stays is from somebody who has
    changed the database by hand: `crm standing settle`.
    """

    __tablename__ = "contract_change"
    trailed: ClassVar[bool] = False

    transaction_id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs=INNER)
    organization_id: int = Field(sa_type=BigInteger, primary_key=True)


means(
    "uq_repayment_plan_agreed",
    AlreadyExists,
    "A plan was agreed with the account on that day already.",
    field="on",
)
means("uq_plan_instalment_due", InvalidInput, "Two instalments are due on one day.", field="instalments")
means("ck_plan_instalment_amount", InvalidInput, "An instalment is more than nothing.", field="instalments")
means("ck_repayment_plan_order", InvalidInput, "The plan would end before it was agreed.", field="on")
means("uq_suspension_notice_sent", AlreadyExists, "That notice is on file.", field="sent_on")
means(
    "ck_suspension_notice_order",
    InvalidInput,
    "It would be received before it was sent.",
    field="received_on",
)
means("ck_step_postponement_order", InvalidInput, "It would be put off to a day before.", field="until")
means("ck_exemption_order", InvalidInput, "The exemption would end before it began.", field="until")
means(
    "ex_exemption_overlap",
    Refused,
    "The account is exempt for some of these days already.",
    field="since",
    hint="See book.exemptions.of; withdraw the one that no longer holds.",
)
