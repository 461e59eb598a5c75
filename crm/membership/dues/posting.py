"""Posting an invoice: the one way in which something is charged or credited, for every part that does so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, func, select

from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.membership.dues.balance import ZERO
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.pricing import Holding, PricedLine
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.shown import Shown
from crm.store.store import Change
from crm.store.turns import take_turns


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine(Shown):
    """A line to be invoiced. It names one of: a membership event, an application, an overdue invoice, a Member State.

    Attributes:
        event_id: the event that opened the term; `Term.id` is the same number.
        months: whole months; None where days were counted.
        amount: in CHF, to the centime; below zero where something is given back.
        credits_id: the invoice of which it is given back.
        rule: which fee or rule it follows.
        basis: how the amount comes about.
        yearly: what a whole year costs by that rule; None where the amount is no part of a yearly fee.
    """

    since_on: date
    until_on: date
    amount: Decimal
    rule: str
    basis: str = ""
    event_id: int | None = None
    application_id: int | None = None
    overdue_id: int | None = None
    credits_id: int | None = None
    state: str | None = None
    coverage: Coverage | None = None
    category: Category | None = None
    units: Fraction | None = None
    months: int | None = None
    yearly: Decimal | None = None


def charge_for(holding: Holding, priced: PricedLine, *, event_id: int | None = None) -> ChargeLine:
    """The line that charges what a stretch of membership costs.

    Args:
        holding: the membership.
        priced: what the stretch costs.
        event_id: the membership event that it derives from, where there is one already.
    """
    said = {name: getattr(priced, name) for name in PricedLine.__slots__}
    return ChargeLine(
        **said,
        coverage=holding.coverage,
        category=holding.category,
        units=holding.units,
        event_id=event_id,
    )


def post_invoice(
    change: Change,
    organization: Organization,
    lines: Sequence[ChargeLine],
    *,
    kind: InvoiceKind,
    year: int,
    issued_on: date,
    due_on: date,
    synthetic: bool = False,
) -> Invoice:
    """Write an invoice with its lines; a total below zero is something given back.

    Args:
        change: the verb under way.
        organization: the account.
        lines: what is charged and credited, at least one line.
        kind: what it is for.
        year: the year of the dues, in which it gets the next number.
        issued_on: the day of issue.
        due_on: the last day on which it is paid in time.
        synthetic: whether it is made up for a demonstration or test.

    Raises:
        InvalidInput: there is no line, or it is due before it is issued.
    """
    if not lines:
        raise InvalidInput("An invoice without lines says nothing.", field="lines")
    if due_on < issued_on:
        raise InvalidInput(f"It would be due before {issued_on}.", field="due_on", value=due_on)
    serial = next_serial(change.session, year)
    fields = {"organization_id": organization.id, "kind": kind, "year": year, "serial": serial}
    fields |= {"number": number_of(year, serial), "amount": sum((line.amount for line in lines), ZERO)}
    fields |= {"issued_on": issued_on, "due_on": due_on, "synthetic": synthetic}
    fields |= {"recorded_at": change.now, "recorded_by": change.actor}
    invoice = change.add(Invoice.model_validate(fields))
    for line in lines:
        change.add(InvoiceLine.model_validate({**asdict(line), "invoice_id": invoice.id}))
    return invoice


def next_serial(session: Session, year: int) -> int:
    """The next number of a year, without gaps: who posts in that year waits until this transaction has ended."""
    take_turns(session, f"invoices of {year}")
    return (session.scalar(select(func.max(Invoice.serial)).where(Invoice.year == year)) or 0) + 1


def number_of(year: int, serial: int) -> str:
    """How an invoice is quoted: "2027-000001"."""
    return f"{year}-{serial:06d}"
