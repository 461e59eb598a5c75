"""Members that are assessed, and what they are charged."""

from datetime import date

from crm.directory.tables import Organization
from crm.membership.dues.dues_tables import InvoiceKind
from crm.membership.dues.posting import post_invoice

ISSUED, DUE = date(2025, 9, 15), date(2026, 3, 31)


def join(book, account, category="sector_member", sector="T", on=date(2020, 1, 1), **more):
    group = f"{sector}-SG13" if category == "associate" else None
    return book.terms.join(account, category, sector=sector, study_group=group, on=on, **more)


def told(book, account):
    """The lines of an account's invoices: Sector, category, months and amount."""
    lines = [line for invoice in book.dues.invoices(account) for line in book.dues.lines(invoice)]
    return [(line.coverage.value, line.category.value, line.months, line.amount) for line in lines]


def post(book, account, *lines, kind=InvoiceKind.JOINING, on=date(2026, 7, 1)):
    with book._store.changing("invoice.posted") as change:
        row = change.session.get_one(Organization, account.id)
        return post_invoice(change, row, lines, kind=kind, year=2026, issued_on=on, due_on=on)


def owed(book, account):
    return book.dues.statement(account).balance
