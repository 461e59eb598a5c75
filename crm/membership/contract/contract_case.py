"""What is on file about the contract of one account, as the rules of its standing need it: values, no rows.

Every fact counts from its own day (issued, received, agreed, effective), whenever it was entered. What is entered late
mends the past, and no fact changes how an account stood on a day before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from crm.membership.contract.spells import Spell
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.dues.dues_tables import InvoiceKind


class LadderStep(StrEnum):
    """How far a debt has come.

    Attributes:
        OVERDUE: past its due date; suspension lies ahead.
        ON_PLAN: paid off by a repayment plan that is kept; the ladder is halted.
        SUSPENDED: so long past the due date that the member is suspended; no notice of it has been received.
        NOTIFIED: suspended, and the notice of it received; exclusion lies ahead.
        EXCLUSION_DUE: the time after the notice is over. Whether the member is excluded, somebody decides.
    """

    OVERDUE = "overdue"
    ON_PLAN = "on_plan"
    SUSPENDED = "suspended"
    NOTIFIED = "notified"
    EXCLUSION_DUE = "exclusion_due"


SUSPENDED_STEPS = frozenset({LadderStep.SUSPENDED, LadderStep.NOTIFIED, LadderStep.EXCLUSION_DUE})
"""On these the member is suspended."""


class Postponable(StrEnum):
    """What the Secretary-General can put off."""

    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Charge:
    """What an account is asked for, or is given back where the amount is below zero.

    Attributes:
        number: of the invoice; `id` is its id, `kind` what it is for.
        amount: what it comes to.
        gives_back: what its lines give back, each with the id of the invoice that charged it, the oldest first; None where
            nobody has said which one did.
    """

    number: str
    due_on: date
    amount: Decimal
    issued_on: date
    id: int = 0
    kind: InvoiceKind = InvoiceKind.YEARLY
    gives_back: tuple[tuple[int | None, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came in on a day, in CHF; below zero where a payment was taken back. It may be for an invoice, by its id."""

    received_on: date
    amount_chf: Decimal
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a debt, and the last day on which it is paid in time."""

    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """An agreement to pay by instalments what was due when it was made; in their order."""

    agreed_on: date
    instalments: tuple[Instalment, ...]
    ended_on: date | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Postponement:
    """A step put off until a day: on that day it is taken, if there is still reason to."""

    step: Postponable
    decided_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Denounced:
    """A membership that was given up: the day of the notice, and the first day on which it is no more.

    Attributes:
        withdrawn_on: the day on which the notice was withdrawn, where it was.
    """

    notice_on: date
    effective_on: date
    coverage: str
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source said of a standing as of a day."""

    as_of: date
    standing: Standing
    punctuality: Punctuality | None
    source: str
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class ContractCase:
    """The case of one account.

    Attributes:
        memberships: when it holds a membership.
        contributes: when it contributes as a Member State: from what was invoiced first.
        charges: what it is asked for.
        receipts: what came in.
        charged_since: the first day that an invoice in the book is about: before it, the book does not know what is owed.
        joining: for joining invoices, when they are asked of one that is no member yet: not to pay them is no debt.
        plans: its repayment plans.
        notices: when it received notices of suspension.
        postponements: what was put off.
        exemptions: when it is exempt.
        denunciations: what it has given up, or will have.
        applications: when it waits for an answer to an application.
        statements: what sources said, by day; of one day, the last word last.
        synthetic: whether an invoice or a membership is made up for a demonstration or test.
    """

    memberships: Sequence[Spell] = ()
    contributes: Sequence[Spell] = ()
    charges: Sequence[Charge] = ()
    receipts: Sequence[Receipt] = ()
    charged_since: date | None = None
    joining: Mapping[str, Spell] = field(default_factory=dict)
    plans: Sequence[Plan] = ()
    notices: Sequence[date] = ()
    postponements: Sequence[Postponement] = ()
    exemptions: Sequence[Spell] = ()
    denunciations: Sequence[Denounced] = ()
    applications: Sequence[Spell] = ()
    statements: Sequence[Statement] = ()
    synthetic: bool = False
