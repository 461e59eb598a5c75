"""A statement of account: what was charged and paid, line by line, what is open of it, and what is to be paid by when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate

from sqlmodel import Session, col, select

from crm.directory.merged import among, with_merged
from crm.directory.tables import Organization
from crm.membership.contract.repayment_plans import RepaymentPlanSeen, plan_kept_on
from crm.membership.dues.balance import ZERO, OpenItem, arrears_on, credit_on
from crm.membership.dues.dues_tables import Invoice, InvoiceLine, Payment
from crm.membership.dues.entries import Entries, entries_of, interest_charged
from crm.membership.dues.interest import accrued
from crm.membership.dues.invoices import invoices_of
from crm.membership.dues.payments import payments_of
from crm.membership.dues.unverified import UnverifiedRules, unverified_rules
from crm.membership.dues.what_for import what_for, what_paid
from crm.reference.membership_rules import MembershipRules, membership_rules
from crm.shown import Shown

NOT_THE_BOOKS = (
    "This is a ledger for account management. The books of the Union are kept in its finance system, which decides where "
    "the two differ."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine(Shown):
    """One line of a statement: a line of an invoice, or a payment.

    Attributes:
        on: the day of issue of an invoice, or the day on which a payment counts.
        what: what it is for.
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
class OpenInvoice(Shown):
    """An invoice of which something is open.

    Attributes:
        what: what it is for, line by line.
        due_on: the last day on which it is paid in time.
        open: what is open of it, in CHF.
        days_overdue: for how many days it has been due; 0 where nothing of it is in arrears. Those of an application do not
            count.
        on_plan: whether it is paid by a repayment plan that is kept.
    """

    number: str
    what: tuple[str, ...]
    due_on: date
    amount: Decimal
    open: Decimal
    days_overdue: int
    on_plan: bool


@dataclass(frozen=True, slots=True)
class ToPay(Shown):
    """What is to be paid by a day; None: at once, because it is overdue. It may be an instalment of a repayment plan."""

    by: date | None
    amount: Decimal
    instalment: bool = False


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
        open_items: the invoices of which something is open, the one due first before the others.
        plan: the repayment plan that is kept on the day.
        synthetic: how many of its invoices and payments are made up.
        language: of the words that say what a line is for.
        note: what the statement is not.
    """

    organization_id: int
    name: str
    on: date
    lines: tuple[StatementLine, ...]
    open_items: tuple[OpenInvoice, ...]
    balance: Decimal
    arrears: Decimal
    on_plan: Decimal
    credit: Decimal
    interest: Decimal
    synthetic: int
    plan: RepaymentPlanSeen | None = None
    language: str = "en"
    note: str = NOT_THE_BOOKS

    @property
    def to_pay(self) -> tuple[ToPay, ...]:
        """What is to be paid and by when: what is overdue at once, instalments instead of what a kept plan covers."""
        by: defaultdict[tuple[date | None, bool], Decimal] = defaultdict(lambda: ZERO)
        for item in self.open_items:
            if not item.on_plan:
                by[None if item.days_overdue else item.due_on, False] += item.open
        for part in self.plan.instalments if self.plan else ():
            by[part.due_on, True] += part.open
        owed = [ToPay(day, amount, instalment) for (day, instalment), amount in by.items() if amount]
        return tuple(sorted(owed, key=lambda each: (each.by or date.min, each.instalment)))


def statement_of(
    session: Session, organization: Organization, day: date, *, language: str = "en"
) -> Statement:
    """The statement of an account, with what was merged into it, as of a day.

    Args:
        session: reads the book.
        organization: the account.
        day: the day.
        language: of the words that say what a line is for.
    """
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    invoices, payments = invoices_of(session, ids), payments_of(session, ids)
    numbers = {invoice.id: invoice.number for invoice in invoices}
    charged = _lines(session, numbers)
    items = entries_of(session, [organization.id]).get(organization.id, Entries()).items
    lines = _balanced(
        [
            *_charged(invoices, charged, unverified_rules(session), day, language),
            *_received(payments, numbers, day, language),
        ]
    )
    return Statement(
        organization_id=organization.id,
        name=organization.name,
        on=day,
        lines=lines,
        open_items=tuple(
            _open(
                item, (what_for(line, numbers, language=language) for line in charged[item.invoice_id]), day
            )
            for item in items
            if item.outstanding(day)
        ),
        balance=lines[-1].balance if lines else ZERO,
        arrears=arrears_on(items, day),
        on_plan=sum((item.on_plan(day) for item in items), ZERO),
        credit=credit_on(invoices, payments, day),
        interest=_uncharged(session, items, membership_rules(session), day),
        synthetic=sum(i.synthetic for i in invoices) + sum(p.synthetic for p in payments),
        plan=plan_kept_on(session, organization, day),
        language=language,
    )


def _lines(session: Session, numbers: Mapping[int, str]) -> Mapping[int, Sequence[InvoiceLine]]:
    """The lines of some invoices, by the id of the invoice."""
    query = select(InvoiceLine).where(among(col(InvoiceLine.invoice_id), numbers))
    found: defaultdict[int, list[InvoiceLine]] = defaultdict(list)
    for line in session.exec(query.order_by(col(InvoiceLine.id))):
        found[line.invoice_id].append(line)
    return found


def _open(item: OpenItem, what: Iterable[str], day: date) -> OpenInvoice:
    return OpenInvoice(
        number=item.number,
        what=tuple(dict.fromkeys(what)),
        due_on=item.due_on,
        amount=item.amount,
        open=item.outstanding(day),
        days_overdue=(day - item.counted_from).days if item.overdue(day) else 0,
        on_plan=bool(item.on_plan(day)),
    )


def _charged(
    invoices: Sequence[Invoice],
    lines: Mapping[int, Sequence[InvoiceLine]],
    rules: UnverifiedRules,
    day: date,
    language: str,
) -> Iterator[StatementLine]:
    numbers = {invoice.id: invoice.number for invoice in invoices}
    for invoice in invoices:
        for line in lines[invoice.id] if invoice.issued_on <= day else ():
            yield StatementLine(
                on=invoice.issued_on,
                what=what_for(line, numbers, language=language),
                reference=invoice.number,
                due_on=invoice.due_on,
                charged=line.amount,
                unverified=line.amount if rules.covers(line.rule, line.units) else ZERO,
            )


def _received(
    payments: Sequence[Payment], numbers: Mapping[int, str], day: date, language: str
) -> Iterator[StatementLine]:
    # An invoice that went back to another account, when a merge was undone, is not on this statement.
    for payment in payments:
        if payment.received_on <= day:
            yield StatementLine(
                on=payment.received_on,
                what=what_paid(payment, numbers, language=language),
                reference=payment.reference,
                paid=payment.amount_chf,
            )


def _balanced(lines: list[StatementLine]) -> tuple[StatementLine, ...]:
    """The lines by day, what is charged before what is paid, each with what is owed after it."""
    ordered = sorted(lines, key=lambda line: (line.on, not line.due_on))
    balances = accumulate(line.charged - line.paid for line in ordered)
    return tuple(replace(line, balance=left) for line, left in zip(ordered, balances, strict=True))


def _uncharged(session: Session, items: Sequence[OpenItem], rules: MembershipRules, day: date) -> Decimal:
    charged = interest_charged(session, [item.invoice_id for item in items], by=day)
    before = sum((amount for on_it in charged.values() for amount in on_it.values()), ZERO)
    return sum((accrued(item.as_known_on(day), rules, until_on=day) for item in items), ZERO) - before
