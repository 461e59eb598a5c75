"""Finding invoices and their lines, and both together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.errors import NotFound
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.unused_months import PostedLine
from crm.shown import Shown
from crm.store.records import by_id


@dataclass(frozen=True, slots=True)
class PostedInvoice(Shown):
    """An invoice with its lines, as a verb has posted it or, in a dry run, would.

    Attributes:
        amount: in CHF; below zero where something is given back.
        lines: what it is made of.
    """

    id: int
    organization_id: int
    number: str
    kind: InvoiceKind
    year: int
    amount: Decimal
    issued_on: date
    due_on: date
    lines: tuple[InvoiceLine, ...]

    def __str__(self) -> str:
        return f"{self.number} ({self.kind.value}): CHF {self.amount:,.2f}"


InvoiceKey = Invoice | PostedInvoice | int | str


def with_lines(session: Session, invoice: Invoice) -> PostedInvoice:
    """An invoice with its lines, in their order."""
    lines = tuple(lines_of(session, invoice))
    said = {name: getattr(invoice, name) for name in PostedInvoice.__slots__ if name != "lines"}
    return PostedInvoice(**said, lines=lines)


def find_invoice(session: Session, key: InvoiceKey) -> Invoice:
    """An invoice by its number ("2027-000001"), by its id, or itself.

    Raises:
        NotFound: there is none.
    """
    number = key.id if isinstance(key, Invoice | PostedInvoice) else key
    if isinstance(number, int):
        found = by_id(session, Invoice, number)
    else:
        found = session.exec(select(Invoice).where(Invoice.number == number.strip())).first()
    if found is None:
        raise NotFound(
            f"There is no invoice {key!r}.", field="invoice", value=str(key), hint='Write "2027-000001".'
        )
    return found


def invoices_of(session: Session, organization_ids: Iterable[int]) -> Sequence[Invoice]:
    """The invoices of some accounts, the one issued first before the others."""
    query = select(Invoice).where(among(col(Invoice.organization_id), organization_ids))
    return session.exec(query.order_by(col(Invoice.issued_on), col(Invoice.id))).all()


def lines_of(session: Session, invoice: Invoice) -> Sequence[InvoiceLine]:
    """The lines of an invoice, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    return session.exec(query.order_by(col(InvoiceLine.id))).all()


def posted_lines(session: Session, organization_ids: Iterable[int]) -> Sequence[PostedLine]:
    """What was charged to some accounts, and given back, in the order in which it was posted; interest is left out."""
    query: Any = select(InvoiceLine, Invoice.number).join(
        Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id)
    )
    theirs = (among(col(Invoice.organization_id), organization_ids), col(InvoiceLine.overdue_id).is_(None))
    rows = session.execute(query.where(*theirs).order_by(col(InvoiceLine.id))).all()
    said = [name for name in PostedLine.__slots__ if name != "number"]
    return [
        PostedLine(number=number, **{name: getattr(line, name) for name in said}) for line, number in rows
    ]
