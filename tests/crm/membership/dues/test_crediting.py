"""An invoice that was wrong is given back, all of it or some months, and never twice."""

from datetime import date
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound, Refused

ISSUED = date(2025, 9, 15)


@pytest.fixture
def acme(book):
    acme = book.organizations.add("Acme", country="CH")
    book.terms.join(acme, "sector_member", sector="R", on=date(2020, 1, 1))
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.dues.assess(2026, issued_on=ISSUED)
    return acme


def test_a_credit_gives_back_line_by_line_what_was_charged(book, acme):
    (invoice,) = book.dues.invoices(acme)
    credit = book.dues.credit(invoice, reason="the wrong country")
    assert (credit.kind, credit.amount, credit.year) == ("credit", Decimal(-42400), 2026)
    charged, given_back = book.dues.lines(invoice), book.dues.lines(credit)
    said = ("event_id", "coverage", "category", "units", "since_on", "until_on", "months", "rule")
    for line, back in zip(charged, given_back, strict=True):
        assert back.amount == -line.amount
        assert [getattr(back, name) for name in said] == [getattr(line, name) for name in said]
    assert book.dues.statement(acme).balance == 0
    assert book.standing.of(acme).standing == "good"


def test_nothing_is_given_back_twice(book, acme):
    book.dues.credit("2026-000001", since=date(2026, 10, 9), reason="agreed")
    rest = book.dues.credit("2026-000001", until=date(2026, 11, 30), reason="agreed")
    assert [line.months for line in book.dues.lines(rest)] == [9, 9]
    assert book.dues.statement(acme).balance == 0
    with pytest.raises(Refused, match="Nothing of 2026-000001 is left"):
        book.dues.credit("2026-000001", reason="again")
    with pytest.raises(Refused, match="Nothing of 2026-000003 is left"):
        book.dues.credit("2026-000003", reason="a credit itself")


def test_some_months_in_between_are_given_back(book, acme):
    credit = book.dues.credit("2026-000001", since=date(2026, 3, 20), until=date(2026, 4, 2), reason="agreed")
    spans = [(line.since_on, line.until_on, line.amount) for line in book.dues.lines(credit)]
    assert spans == [
        (date(2026, 3, 1), date(2026, 4, 30), Decimal(-5300)),
        (date(2026, 3, 1), date(2026, 4, 30), Decimal("-1766.67")),
    ]


def test_what_was_wrong_is_mended_and_the_year_assessed_again(book, acme):
    book.dues.credit("2026-000001", reason="the wrong country")
    book.organizations.change(acme, country="KE")
    assert book.dues.assess(2026).invoices == 1
    assert book.dues.statement(acme).balance == book.dues.invoices(acme)[-1].amount > 0
    assert book.dues.assess(2026).invoices == 0


def test_a_rehearsal_says_the_same_and_writes_nothing(book, acme):
    rehearsed = book.dues.credit("2026-000001", reason="agreed", dry_run=True)
    assert len(book.dues.invoices(acme)) == 1
    written = book.dues.credit("2026-000001", reason="agreed")
    assert (rehearsed.number, rehearsed.amount) == (written.number, written.amount)


def test_what_is_no_charge_for_a_membership_is_refused_with_the_way_out(book, acme):
    interest = book.dues.charge_interest(acme)
    with pytest.raises(Refused) as refused:
        book.dues.credit(interest, reason="too much")
    assert "charge_interest" in refused.value.hint
    applicant = book.organizations.add("Applicant", country="CH", kind="university")
    book.applications.apply(applicant, "academia")
    book.applications.forward(applicant)
    book.applications.approve(applicant)
    (joining,) = book.dues.invoices(applicant)
    with pytest.raises(Refused) as refused:
        book.dues.credit(joining, reason="not wanted")
    assert "withdraw" in refused.value.hint


def test_a_credit_says_why_and_what_it_credits(book, acme):
    with pytest.raises(InvalidInput, match="Why"):
        book.dues.credit("2026-000001", reason=" ")
    with pytest.raises(NotFound):
        book.dues.credit("2031-000001", reason="agreed")
