"""What members owe and have paid: invoices with their lines, and payments. A ledger for account management, not the books."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from crm.errors import AlreadyExists, Refused
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.units import units_field
from crm.store.columns import at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means

_AMOUNT = Numeric(16, 2)
_RATE = Numeric(18, 9)


class InvoiceKind(StrEnum):
    """What an invoice is for.

    Attributes:
        YEARLY: the dues of a year.
        JOINING: the dues of the year in which a member joins, from the first day of its month.
        CHANGE: what a change of class, category or Sector costs or gives back.
        INTEREST: interest on what is overdue.
        CREDIT: something given back.
        CONTRIBUTION: what a Member State contributes for a year.
    """

    YEARLY = "yearly"
    JOINING = "joining"
    CHANGE = "change"
    INTEREST = "interest"
    CREDIT = "credit"
    CONTRIBUTION = "contribution"


class Assessment(Record, table=True):
    """One pass in which the dues of a year were invoiced.

    Attributes:
        year: the year of the dues.
        invoices: how many invoices it wrote.
        amount: what they come to.
    """

    __tablename__ = "assessment"
    append_only: ClassVar[bool] = True

    id: int = id_field()
    year: int
    invoices: int
    amount: Decimal = Field(sa_type=_AMOUNT)
    issued_on: date
    due_on: date
    assessed_at: datetime = at_field()
    assessed_by: str


class Invoice(Record, table=True):
    """What an account is asked to pay, or is given back where the amount is below zero. Written once, never changed.

    Attributes:
        number: how it is quoted: the year and its number in it, e.g. "2027-000001".
        year: the year of the dues.
        serial: its number in that year; there are no gaps.
        amount: the sum of its lines.
        due_on: the last day on which it is paid in time.
        assessment_id: the pass that wrote it, where one did.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("year", "serial", name="uq_invoice_serial"),
        UniqueConstraint("number", name="uq_invoice_number"),
        CheckConstraint("serial > 0", name="serial"),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    organization_id: int = ref("organization.id")
    number: str
    kind: InvoiceKind = choice(InvoiceKind, name="kind")
    year: int
    serial: int
    amount: Decimal = Field(sa_type=_AMOUNT)
    currency: str = "CHF"
    issued_on: date
    due_on: date
    assessment_id: int | None = ref("assessment.id", optional=True)
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


class InvoiceLine(Record, table=True):
    """One line of an invoice: what for, from when to when, and by which rule. It derives from what it names.

    Attributes:
        event_id: the membership event that opened the term charged or credited.
        application_id: the application of somebody who is no member yet.
        overdue_id: the invoice on which interest is charged.
        credits_id: the invoice of which something is given back; that is money for this one before all others.
        state: the Member State whose contribution it is, ISO 3166 alpha-3; its class is in the units.
        months: the whole months charged; empty where days were counted.
        amount: below zero where something is given back.
        rule: which fee or rule it follows.
        basis: how the amount comes about.
        yearly: what a whole year costs by that rule; empty where the amount is no part of a yearly fee.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        CheckConstraint("credits_id IS NULL OR amount <= 0", name="credits"),
        CheckConstraint("num_nonnulls(event_id, application_id, overdue_id, state) = 1", name="derives"),
        Index("ix_invoice_line_state", "state", "id", postgresql_where="state IS NOT NULL"),
    )
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False  # the invoice's trail entry stands for its lines, which never change

    id: int = id_field()
    invoice_id: int = ref("invoice.id")
    event_id: int | None = ref("membership_event.id", optional=True)
    application_id: int | None = ref("application.id", optional=True)
    overdue_id: int | None = ref("invoice.id", optional=True)
    credits_id: int | None = ref("invoice.id", optional=True)
    state: str | None = Field(default=None, foreign_key="country.code")
    coverage: Coverage | None = choice(Coverage, name="coverage", default=None, nullable=True)
    category: Category | None = choice(Category, name="category", default=None, nullable=True)
    units: Fraction | None = units_field(optional=True)
    since_on: date
    until_on: date
    months: int | None = None
    amount: Decimal = Field(sa_type=_AMOUNT)
    rule: str
    basis: str = ""
    yearly: Decimal | None = Field(default=None, sa_type=_AMOUNT)


class Payment(Record, table=True):
    """What an account paid, or a payment taken back where the amount is below zero. Written once, never changed.

    Attributes:
        amount: in the currency in which it was paid.
        rate: CHF for one unit of that currency; 1 for CHF.
        amount_chf: what it counts for.
        source: who told of it, e.g. "bank"; references are unique within a source, among the payments that stand.
        reference: what the source calls it.
        invoice_id: the invoice that it is for, where somebody has said so; it settles that one before all others.
        entry: how many times it has been entered by that reference, this one included; all before were taken back.
        reverses_id: the payment that it takes back.
    """

    __tablename__ = "payment"
    __table_args__ = (
        Index(
            "uq_payment_reference",
            "source",
            "reference",
            "entry",
            unique=True,
            postgresql_where="reverses_id IS NULL",
        ),
        Index("uq_payment_reversed", "reverses_id", unique=True, postgresql_where="reverses_id IS NOT NULL"),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("(reverses_id IS NULL) = (amount > 0)", name="sign"),
    )
    append_only: ClassVar[bool] = True

    id: int = id_field()
    organization_id: int = ref("organization.id")
    received_on: date
    amount: Decimal = Field(sa_type=_AMOUNT)
    currency: str = "CHF"
    rate: Decimal = Field(default=Decimal(1), sa_type=_RATE)
    amount_chf: Decimal = Field(sa_type=_AMOUNT)
    source: str
    reference: str
    invoice_id: int | None = ref("invoice.id", optional=True)
    entry: int = 1
    reverses_id: int | None = ref("payment.id", optional=True, index=False)
    reason: str = personal(default="")
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


means(
    "uq_payment_reference",
    AlreadyExists,
    "A payment with this reference was entered at the same moment.",
    field="reference",
    hint="Enter it again: the same payment twice changes nothing.",
)
means("uq_payment_reversed", Refused, "The payment has been reversed already.", field="payment")
