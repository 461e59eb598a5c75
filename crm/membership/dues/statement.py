"""A statement of account: what was charged and paid, line by line, and what is open of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate

from sqlmodel import Session

from crm.directory.merged import with_merged
from crm.directory.tables import Organization
from crm.membership.dues.balance import ZERO, OpenItem, arrears_on, credit_on
from crm.membership.dues.dues_tables import Invoice, Payment
from crm.membership.dues.entries import Entries, entries_of, interest_charged
from crm.membership.dues.interest import accrued
from crm.membership.dues.invoices import invoices_of
from crm.membership.dues.payments import FRANC, payments_of
from crm.membership.dues.unverified import unverified_of
from crm.reference.membership_rules import MembershipRules, membership_rules
from crm.shown import Shown

NOT_THE_BOOKS = (
    "This is a ledger for account management. The books of the Union are kept in its finance system, which decides where "
    "the two differ."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine(Shown):
    """One line of a statement.

    Attributes:
        on: the day of issue of an invoice, or the day on which a payment counts.
        what: what it is.
        reference: the number of the invoice, or the reference of the payment.
        due_on: the day on which an invoice is due.
        charged: in CHF; below zero where something is given back.
        unverified: what of that is charged by fees that no source states.
        paid: in CHF; below zero where a payment was taken back.
        balance: what the account owes after this line.
    """

    on: date
    what: str
    reference: str
    due_on: date | None = None
    charged: Decimal = ZERO
    unverified: Decimal = ZERO
    paid: Decimal = ZERO
    balance: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Shown):
    """A statement of account as of a day, in CHF.

    Attributes:
        name: the account.
        balance: what it owes, due or not; below zero where it has money to its credit.
        arrears: what of that is overdue.
        on_plan: what of that a repayment plan covers that is kept; it is not overdue.
        credit: what it has to its credit.
        interest: what has accrued to the day and is not charged yet; unverified, see `crm.membership.dues.interest`.
        open_items: the invoices of which something is open.
        synthetic: how many of its invoices and payments are made up.
        note: what the statement is not.
    """

    organization_id: int
    name: str
    on: date
    lines: tuple[StatementLine, ...]
    open_items: tuple[OpenItem, ...]
    balance: Decimal
    arrears: Decimal
    on_plan: Decimal
    credit: Decimal
    interest: Decimal
    synthetic: int
    note: str = NOT_THE_BOOKS


def statement_of(session: Session, organization: Organization, day: date) -> Statement:
    """The statement of an account, with what was merged into it, as of a day."""
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    invoices, payments = invoices_of(session, ids), payments_of(session, ids)
    unverified = unverified_of(session, [invoice.id for invoice in invoices])
    items = entries_of(session, [organization.id]).get(organization.id, Entries()).items
    numbers = {invoice.id: invoice.number for invoice in invoices}
    lines = _balanced([*_charged(invoices, unverified, day), *_received(payments, numbers, day)])
    return Statement(
        organization_id=organization.id,
        name=organization.name,
        on=day,
        lines=lines,
        open_items=tuple(item for item in items if item.outstanding(day)),
        balance=lines[-1].balance if lines else ZERO,
        arrears=arrears_on(items, day),
        on_plan=sum((item.on_plan(day) for item in items), ZERO),
        credit=credit_on(invoices, payments, day),
        interest=_uncharged(session, items, membership_rules(session), day),
        synthetic=sum(i.synthetic for i in invoices) + sum(p.synthetic for p in payments),
    )


def _charged(
    invoices: Sequence[Invoice], unverified: Mapping[int, Decimal], day: date
) -> Iterator[StatementLine]:
    for invoice in invoices:
        if invoice.issued_on <= day:
            yield StatementLine(
                on=invoice.issued_on,
                what=f"{invoice.kind.value} {invoice.year}",
                reference=invoice.number,
                due_on=invoice.due_on,
                charged=invoice.amount,
                unverified=unverified.get(invoice.id, ZERO),
            )


def _received(payments: Sequence[Payment], numbers: Mapping[int, str], day: date) -> Iterator[StatementLine]:
    for payment in payments:
        if payment.received_on <= day:
            yield StatementLine(
                on=payment.received_on,
                what=_paid(payment, numbers),
                reference=payment.reference,
                paid=payment.amount_chf,
            )


def _paid(payment: Payment, numbers: Mapping[int, str]) -> str:
    # An invoice that went back to another account, when a merge was undone, is not on this statement.
    meant = numbers.get(payment.invoice_id or 0)
    what = f"payment for {meant}" if meant else "payment"
    what += "" if payment.reverses_id is None else " taken back"
    if payment.currency == FRANC:
        return what
    return f"{what}, {payment.amount:,.2f} {payment.currency} at {payment.rate.normalize():f}"


def _balanced(lines: list[StatementLine]) -> tuple[StatementLine, ...]:
    """The lines by day, what is charged before what is paid, each with what is owed after it."""
    ordered = sorted(lines, key=lambda line: (line.on, not line.due_on))
    balances = accumulate(line.charged - line.paid for line in ordered)
    return tuple(replace(line, balance=left) for line, left in zip(ordered, balances, strict=True))


def _uncharged(session: Session, items: Sequence[OpenItem], rules: MembershipRules, day: date) -> Decimal:
    charged = interest_charged(session, [item.invoice_id for item in items], by=day)
    return sum((accrued(item, rules, until_on=day) for item in items), ZERO) - sum(charged.values(), ZERO)
