"""What is given back settles the invoice that charged it: no other debt, no suspension and no interest goes by it."""

from datetime import date
from decimal import Decimal

import pytest
from support.contracts import FEE, how

from crm.errors import Refused


@pytest.fixture
def two_years(book, acme, at):
    """Acme has not paid 2026 and is suspended; 2027 was invoiced in September."""
    at("2026-09-10")
    book.dues.assess(2026, issued_on=date(2026, 1, 15))
    book.dues.assess(2027)
    at("2026-11-26")
    return acme


def open_of(book, account, **more):
    return [(item.number, item.open) for item in book.dues.statement(account, **more).open_items]


def test_who_mends_the_invoice_of_a_year_leaves_an_older_debt_as_it_is(book, two_years):
    interest = book.dues.statement(two_years).interest
    book.dues.credit("2027-000001", reason="the wrong class")
    assert how(book, two_years) == ("suspended", "suspended")
    assert open_of(book, two_years) == [("2026-000001", FEE)]
    book.dues.assess(2027)
    assert open_of(book, two_years) == [("2026-000001", FEE), ("2027-000003", FEE)]
    assert book.dues.statement(two_years).interest == interest > 0


def test_an_invoice_is_credited_once_however_often_its_months_are_charged(book, two_years):
    book.dues.credit("2027-000001", reason="the wrong class")
    book.dues.assess(2027)
    with pytest.raises(Refused, match="Nothing of 2027-000001 is left"):
        book.dues.credit("2027-000001", reason="the wrong class")
    assert book.dues.credit("2027-000003", reason="wrong again").amount == -FEE


def test_who_leaves_still_owes_the_years_of_its_membership(book, two_years):
    leaves = book.terms.give_notice(two_years, sector="T", received_on=date(2026, 6, 25), reason="Costs")
    assert leaves.term.until_on == date(2026, 12, 24)
    book.dues.assess(2027)
    assert how(book, two_years, date(2026, 12, 24)) == ("cancelling", "suspended")
    assert how(book, two_years, date(2026, 12, 25)) == ("arrears", "overdue")
    assert open_of(book, two_years, on=date(2027, 6, 1)) == [("2026-000001", FEE)]


def test_an_application_that_is_withdrawn_pays_no_dues(book, two_years):
    applied = book.applications.apply(
        two_years, "sector_member", sector="D", on="2026-11-01", override="Wanted"
    )
    book.applications.forward(applied, on="2026-11-02")
    book.applications.approve(applied, on="2026-11-03")
    assert [number for number, _ in open_of(book, two_years)] == ["2026-000001", "2026-000002", "2027-000001"]
    book.applications.withdraw(applied, reason="Too dear")
    statement = book.dues.statement(two_years)
    assert (statement.arrears, statement.balance) == (FEE, 2 * FEE)
    assert open_of(book, two_years) == [("2026-000001", FEE), ("2027-000001", FEE)]


def test_what_one_sector_gives_back_is_no_money_for_what_another_charges(book, two_years, at):
    at("2027-05-01")
    book.terms.denounce(two_years, sector="T", on=date(2027, 1, 1), reason="Agreed in December")
    book.terms.join(two_years, "sector_member", sector="D", on=date(2027, 4, 1))
    done = book.dues.assess(2027)
    assert (done.invoices, done.given_back) == (2, -FEE)
    charged, back = book.dues.invoices(two_years)[-2:]
    assert (charged.kind, charged.amount, back.kind, back.amount) == (
        "yearly",
        Decimal("5962.50"),
        "credit",
        -FEE,
    )
    assert open_of(book, two_years) == [("2026-000001", FEE), (charged.number, charged.amount)]


def test_what_is_charged_anew_for_the_same_months_takes_the_place_of_what_is_given_back(book, two_years, at):
    at("2027-05-01")
    book.terms.class_change(two_years, sector="T", units="1", on=date(2027, 1, 1))
    assert book.dues.assess(2027).amount == FEE
    assert open_of(book, two_years)[1:] == [("2027-000001", FEE), ("2027-000002", FEE)]
    assert book.dues.statement(two_years).arrears == 2 * FEE  # what was due before is due still


@pytest.fixture
def union(book, at):
    """A body was invoiced for 2027, and charged interest on it, before the Council exempted it for that year."""
    at("2026-09-10")
    union = book.organizations.add("Union", country="CH", kind="international")
    book.terms.join(union, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    book.dues.assess(2027)
    at("2027-06-30")
    book.dues.charge_interest(union)
    at("2027-09-01")
    book.exemptions.grant(union, since=date(2027, 1, 1), until=date(2030, 12, 31), reason="Council")
    return union


def test_what_was_never_owed_bears_no_interest_and_what_was_charged_is_given_back(book, union, at):
    assert book.dues.statement(union).interest > 0
    assert book.dues.assess(2027).given_back == -FEE
    statement = book.dues.statement(union)
    assert (statement.balance, statement.interest) == (Decimal("237.85"), Decimal("-237.85"))
    before = book.dues.statement(union, on=date(2027, 6, 29))
    assert (before.balance, before.interest) == (FEE, Decimal("235.23"))  # as it was said then
    credit = book.dues.charge_interest(union)
    (line,) = book.dues.lines(credit)
    assert (credit.amount, line.credits_id) == (Decimal("-237.85"), book.dues.invoices(union)[1].id)
    assert open_of(book, union) == []
    assert how(book, union, date(2028, 1, 1)) == ("exempt", None)
