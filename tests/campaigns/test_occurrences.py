"""Accounts enter a standing campaign by what happens to them."""

from datetime import date, timedelta

import pytest
from support.associates import associate, staff
from support.standing_campaigns import DAY, HOUR, OPEN, entered, launched, looked

from crm.outreach.entry import Entry, Occurrence
from crm.outreach.runs.entries import Entered


@pytest.fixture
def colleague(make_book, book):
    """Somebody else on the staff; who logs a call is of no office, and so it counts for all."""
    staff(book, "joao@accord.example")
    return make_book("joao@accord.example")


def test_an_account_enters_by_what_happens_to_it(book, colleague, clock):
    campaign = OPEN.but(
        entry=Entry(ceiling=9, every_hours=None, on=(Occurrence.INTERACTION_LOGGED,)), quiet_days=0
    )
    acme, _ = associate(book, "Acme")
    associate(book, "Beta")
    run = launched(book, colleague, campaign)
    clock.advance(HOUR)
    assert looked(book, campaign) == Entered()
    book.log("note", acme, "They asked about a second study group")
    clock.advance(HOUR)
    assert looked(book, campaign) == Entered(entered=1)
    assert {row.entered_by for row in entered(book, run).values()} == {"interaction_logged"}


def test_whom_its_last_contact_keeps_out_enters_when_that_is_over(book, colleague, clock):
    campaign = OPEN.but(entry=Entry(ceiling=9, every_hours=None, on=(Occurrence.INTERACTION_LOGGED,)))
    acme, _ = associate(book, "Acme")
    associate(book, "Beta")
    run = launched(book, colleague, campaign)
    clock.advance(HOUR)
    book.log("call", acme, "They asked about a second study group")
    came = []
    for days in (0, 13, 16, 3, 1):
        clock.advance(days * DAY)
        came.append(looked(book, campaign).entered)
    assert came == [0, 0, 0, 1, 0]  # a talk of whichever office holds it for thirty days
    assert entered(book, run).keys() == {acme.id}


OCCURRENCES = {
    Occurrence.INTERACTION_LOGGED: lambda book, account: book.log("call", account, "Called"),
    Occurrence.STANDING_RECORDED: lambda book, account: book.standing.record(
        account, "arrears", as_of=date(2026, 11, 1), source="finance"
    ),
    Occurrence.TERM_STARTED: lambda book, account: book.terms.join(
        account, "sector_member", sector="R", on=date(2026, 11, 24)
    ),
    Occurrence.OPPORTUNITY_LOST: lambda book, account: book.opportunities.lose(
        book.opportunities.add(account, "upgrade", sector="T"), reason="price"
    ),
    Occurrence.MEMBERSHIP_DENOUNCED: lambda book, account: book.terms.denounce(
        account, sector="T", on=date(2026, 12, 31), reason="budget"
    ),
}


@pytest.mark.parametrize("occurrence", Occurrence)
def test_what_happens_is_found_once_it_is_recorded(book, colleague, clock, occurrence):
    acme, _ = associate(book, "Acme")
    clock.advance(HOUR)
    run = launched(book, colleague)
    clock.advance(HOUR)
    assert book.entries.occurred(run.id, Occurrence) == {}
    OCCURRENCES[occurrence](book, acme)
    clock.advance(HOUR)
    assert book.entries.occurred(run.id, [occurrence]) == {acme.id: occurrence}


def test_an_account_that_stands_otherwise_by_its_invoices_is_found_without_anybody_saying_so(
    book, colleague, clock
):
    acme, _ = associate(book, "Acme")
    book.dues.assess(2026, issued_on=date(2026, 11, 24))
    (invoice,) = book.dues.invoices(acme)
    run = launched(book, colleague)
    wanted = [Occurrence.STANDING_RECORDED]
    clock.advance(30 * DAY)  # it is the day on which the invoice is due
    assert book.standing.of(acme).standing == "good"
    book.entries.take_in(run.id, [], by={}, looked_at=clock.now())
    assert book.entries.occurred(run.id, wanted) == {}
    clock.advance(timedelta(days=1))
    assert book.standing.of(acme).standing == "arrears"
    assert book.entries.occurred(run.id, wanted) == {acme.id: wanted[0]}
    clock.advance(timedelta(days=9))
    book.entries.take_in(run.id, [], by={}, looked_at=clock.now())
    assert book.entries.occurred(run.id, wanted) == {}
    clock.advance(HOUR)
    book.dues.pay(acme, invoice.amount, on=clock.now().date() - timedelta(days=5), reference="late")
    assert book.entries.occurred(run.id, wanted) == {acme.id: wanted[0]}
