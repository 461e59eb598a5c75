"""Invoices: written once, numbered without gaps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlmodel import select

from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.posting import ChargeLine, post_invoice
from crm.membership.terms import Coverage
from crm.reference.categories import Category

JOINED, DUE = date(2027, 7, 1), date(2027, 7, 31)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="KE")


@pytest.fixture
def member(book, acme):
    return book.terms.join(acme, "sector_member", sector="T", on=JOINED)


def half_a_year(term, amount="15900.00"):
    return ChargeLine(
        event_id=term.id,
        coverage=Coverage.STANDARDIZATION,
        category=Category.SECTOR_MEMBER,
        units=Fraction(1, 2),
        since_on=JOINED,
        until_on=date(2027, 12, 31),
        months=6,
        amount=Decimal(amount),
        rule="Sector Member, ITU-T",
        basis="31,800.00 a year, 6 of 12 months",
    )


def post(book, account, *lines, kind=InvoiceKind.JOINING, year=2027, due_on=DUE, dry_run=False):
    with book._store.changing("invoice.posted", dry_run=dry_run) as change:
        row = change.session.get_one(Organization, account.id)
        return post_invoice(change, row, lines, kind=kind, year=year, issued_on=JOINED, due_on=due_on)


def test_an_invoice_is_the_sum_of_its_lines_and_keeps_them_exactly(book, store, acme, member):
    invoice = post(book, acme, half_a_year(member), half_a_year(member, "-0.01"))
    assert (invoice.amount, invoice.number, invoice.currency) == (Decimal("15899.99"), "2027-000001", "CHF")
    with store.reading() as session:
        line = session.exec(select(InvoiceLine).order_by(InvoiceLine.id)).first()
    assert (line.invoice_id, line.event_id, line.units) == (invoice.id, member.id, Fraction(1, 2))


def test_numbers_have_no_gaps_in_a_year_even_after_a_rehearsal(book, acme, member):
    rehearsed = post(book, acme, half_a_year(member), dry_run=True)
    numbers = [post(book, acme, half_a_year(member), year=year).number for year in (2027, 2027, 2028, 2027)]
    assert rehearsed.number == "2027-000001"
    assert numbers == ["2027-000001", "2027-000002", "2028-000001", "2027-000003"]


def test_invoices_that_are_posted_at_once_take_turns(make_book, book, acme, member):
    def one(_number):
        other = make_book()
        return post(other, acme, half_a_year(member)).serial

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(8))) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_trail_names_the_invoice(book, acme, member):
    invoice = post(book, acme, half_a_year(member))
    (happened,) = book.trail.of(invoice)
    assert happened.after["amount"] == "15900.00"


def test_an_invoice_says_something_and_is_not_due_before_it_is_issued(book, store, acme, member):
    with pytest.raises(InvalidInput, match="without lines"):
        post(book, acme)
    with pytest.raises(InvalidInput, match="due before"):
        post(book, acme, half_a_year(member), due_on=date(2027, 6, 30))
    with store.reading() as session:
        assert session.exec(select(Invoice)).all() == []


def test_a_line_derives_from_something(book, acme):
    nothing = ChargeLine(since_on=JOINED, until_on=DUE, amount=Decimal(1), rule="none")
    with pytest.raises(InvalidInput):
        post(book, acme, nothing)
