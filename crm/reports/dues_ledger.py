"""The ledger of dues, line by line: what the finance system takes over, or is compared with."""

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.membership.dues.dues_tables import Invoice, InvoiceLine, Payment
from crm.membership.dues.statement import NOT_THE_BOOKS
from crm.membership.dues.unverified import unverified_rules
from crm.reference.contributory_units import Payer
from crm.reference.facts import Certainty
from crm.reference.units import units_in_words
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic, unverified
from crm.reports.reader import Reader
from crm.reports.report import Report

COLUMNS = (
    Column(key="entry", title="Entry"),
    Column(key="id", title="Entry id", kind=ColumnKind.ID),
    Column(key="on", title="Day of issue or receipt", kind=ColumnKind.DATE),
    Column(key="account_id", title="Account id", kind=ColumnKind.ID),
    Column(key="account", title="Account"),
    Column(key="country", title="Country"),
    Column(key="document", title="Invoice number or payment reference"),
    Column(key="kind", title="Kind of invoice, or source of payment"),
    Column(key="year", title="Year of the dues", kind=ColumnKind.ID),
    Column(key="due_on", title="Due", kind=ColumnKind.DATE),
    Column(key="sectors", title="Sectors"),
    Column(key="category", title="Category"),
    Column(key="units", title="Units"),
    Column(key="since_on", title="From", kind=ColumnKind.DATE),
    Column(key="until_on", title="To", kind=ColumnKind.DATE),
    Column(key="months", title="Months", kind=ColumnKind.COUNT),
    Column(key="charged", title="Charged", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="paid", title="Paid", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="currency", title="Currency of payment"),
    Column(key="amount", title="Amount in that currency", kind=ColumnKind.MONEY),
    Column(key="rate", title="CHF for one unit of it"),
    Column(key="rule", title="Rule"),
    Column(key="certainty", title="Whether no source states the rule"),
    Column(key="basis", title="How the amount comes about", kind=ColumnKind.NOTE),
    Column(key="refers_to", title="Refers to entry", kind=ColumnKind.ID),
    Column(key="for_invoice", title="Invoice that is paid or given back"),
)
"""The columns; docs/how-to/collect-the-dues.md says what each of them holds."""


def dues_ledger(
    reader: Reader, *, since: date | str | None = None, until: date | str | None = None
) -> Report:
    """The ledger of dues, line by line, for the finance system: what was charged and what was paid.

    Args:
        reader: reads the book.
        since: only what was issued or received from this day on.
        until: only what was issued or received to this day.

    Returns:
        One row a line of an invoice or a payment, in the order of their days.
    """
    as_of = reader.store.now()
    asked = {name: reader.day(day, field=name) for name, day in (("since", since), ("until", until)) if day}
    period = asked.get("since", date.min), asked.get("until", date.max)
    with reader.store.reading() as session:
        found = [*_charged(session, *period), *_paid(session, *period)]
    ordered = sorted((cells for cells, _ in found), key=itemgetter("on", "id"))
    return Report(
        name="dues-ledger",
        title="Ledger of dues",
        definition="A row is a line of an invoice, by its day of issue, or a payment, by the day on which it counts. What is "
        "below zero was given back, or taken back. Entries are never changed or deleted, so a period exported again is the "
        f"same but for what was entered since; the entry id tells them apart. {NOT_THE_BOOKS}",
        denominator="All lines of invoices and all payments of the period.",
        as_of=as_of,
        on=asked.get("until"),
        filters=asked,
        columns=COLUMNS,
        rows=tuple(tuple(cells.get(column.key) for column in COLUMNS) for cells in ordered),
        notes=(
            *synthetic(sum(made_up for _, made_up in found)),
            *unverified(cells["charged"] for cells, _ in found if cells.get("certainty")),
        ),
    )


def _charged(session: Session, first: date, last: date) -> Iterator[tuple[Mapping[str, Cell], bool]]:
    unstated = unverified_rules(session)
    credited = aliased(Invoice)
    query = (
        select(InvoiceLine, Invoice, col(Organization.name), col(Organization.country), col(credited.number))
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
        .outerjoin(credited, col(credited.id) == col(InvoiceLine.credits_id))
        .join(Organization, col(Organization.id) == col(Invoice.organization_id))
        .where(col(Invoice.issued_on).between(first, last))
    )
    for line, invoice, name, country, number in session.execute(query):
        cells: dict[str, Cell] = {
            "entry": "line",
            "id": line.id,
            "on": invoice.issued_on,
            "account_id": invoice.organization_id,
            "account": name,
            "country": country,
            "document": invoice.number,
            "kind": invoice.kind.value,
            "year": invoice.year,
            "due_on": invoice.due_on,
            "sectors": line.coverage and line.coverage.value,
            "category": Payer.MEMBER_STATE.value if line.state else line.category and line.category.value,
            "units": None if line.units is None else units_in_words(line.units),
            "since_on": line.since_on,
            "until_on": line.until_on,
            "months": line.months,
            "charged": line.amount,
            "rule": line.rule,
            "certainty": Certainty.UNVERIFIED.value if unstated.covers(line.rule, line.units) else None,
            "basis": line.basis,
            "refers_to": line.event_id or line.application_id or line.overdue_id,
            "for_invoice": number,
        }
        yield cells, invoice.synthetic


def _paid(session: Session, first: date, last: date) -> Iterator[tuple[Mapping[str, Cell], bool]]:
    query = (
        select(Payment, col(Organization.name), col(Organization.country), col(Invoice.number))
        .join(Organization, col(Organization.id) == col(Payment.organization_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(col(Payment.received_on).between(first, last))
    )
    for payment, name, country, number in session.execute(query):
        cells: dict[str, Cell] = {
            "entry": "payment" if payment.reverses_id is None else "reversal",
            "id": payment.id,
            "on": payment.received_on,
            "account_id": payment.organization_id,
            "account": name,
            "country": country,
            "document": payment.reference,
            "kind": payment.source,
            "paid": payment.amount_chf,
            "currency": payment.currency,
            "amount": payment.amount,
            "rate": f"{payment.rate.normalize():f}",
            "refers_to": payment.reverses_id,
            "for_invoice": number,
        }
        yield cells, payment.synthetic
