"""Proposals in the book: what is accepted is what was shown, and what it wrote stands whatever happens afterwards."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from threading import Barrier

import pytest
from support.imports import everything
from support.proposals import APRIL, JOINED, renew, upgrade

from crm.errors import InvalidInput, Refused


def test_a_proposal_writes_nothing(book, invoiced):
    before = everything(book)
    proposal = upgrade(book, invoiced)
    assert (proposal.to_invoice, proposal.to_credit, proposal.net) == (
        Decimal("23850.00"),
        Decimal("7950.00"),
        Decimal("15900.00"),
    )
    assert everything(book) == before


def test_accepting_posts_the_change_and_the_lines_that_were_shown(book, invoiced):
    proposal = upgrade(book, invoiced)
    accepted = book.terms.accept(proposal, approval="letter 12", reason="asked for a second study group")
    (invoice,) = accepted.invoices
    posted = book.dues.lines(invoice)
    assert [(p.since_on, p.until_on, p.months, p.amount, p.rule, p.basis) for p in posted] == [
        (p.since_on, p.until_on, p.months, p.amount, p.rule, p.basis) for p in proposal.lines
    ]
    assert (invoice.kind, invoice.year, invoice.amount) == ("change", 2026, proposal.net)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 24), date(2026, 12, 24))
    first, second = book.terms.of(invoiced)
    assert [line.event_id for line in posted] == [first.id, second.id]
    assert accepted.term == second
    assert (second.category, second.units, second.since_on) == ("sector_member", Fraction(1, 2), APRIL)
    event = book.terms.ledger(invoiced)[-1]
    assert (event.kind, event.source, event.reason) == (
        "upgrade",
        "letter 12",
        "asked for a second study group",
    )


def test_it_takes_effect_with_the_first_day_of_the_month(book, associate):
    assert upgrade(book, associate, on="2027-04-17").effective_on == date(2027, 4, 1)
    with pytest.raises(InvalidInput) as refused:
        upgrade(book, associate, on="some day")
    assert refused.value.field == "on"


def test_what_is_charged_in_advance_is_due_with_the_dues_of_the_year(book, associate):
    accepted = book.terms.accept(upgrade(book, associate, on=date(2027, 1, 1)))
    assert accepted.invoices[0].due_on == date(2027, 3, 31)


def test_a_change_at_the_end_of_a_year_whose_next_is_invoiced_gets_an_invoice_for_each(book, invoiced):
    book.dues.assess(2027, issued_on=date(2026, 9, 15))
    accepted = book.terms.accept(upgrade(book, invoiced, on=date(2026, 12, 1)))
    assert [(i.year, i.amount) for i in accepted.invoices] == [
        (2026, Decimal("1766.67")),
        (2027, Decimal("21200.00")),
    ]
    assert book.dues.assess(2027, dry_run=True).invoices == 0


def test_a_dry_run_says_the_same_and_writes_nothing(book, invoiced):
    proposal, before = upgrade(book, invoiced), everything(book)
    dry = book.terms.accept(proposal, dry_run=True)
    assert everything(book) == before
    real = book.terms.accept(proposal)
    assert str(dry) == str(real)
    assert str(real) == (
        "Acme Satellites is Sector Member in ITU-T, 1/2 unit from 1 April 2026;"
        " invoiced: 2026-000002 over 15,900.00 CHF"
    )


# What has changed since


def is_renewed(book, account):
    renew(book, account, date(2026, 1, 1))


def grows(book, account):
    book.organizations.change(account, size="sme")


def is_assessed(book, account):
    book.dues.assess(2027, issued_on=date(2026, 9, 15))


def pays(book, account):
    book.dues.pay(account, "10600", on=date(2026, 3, 1), reference="1")


def moves(book, account):
    book.organizations.change(account, country="KE")


def is_merged(book, account):
    other = book.organizations.add("Acme Satellites AG", country="CH")
    book.terms.join(other, "sector_member", sector="R", on=JOINED)
    book.merge(account, other, reason="the same")


def administration_is_found(book, account):
    book.organizations.add("Federal Office of Communications", country="CH", kind="administration")


@pytest.mark.parametrize(
    ("happens", "named"),
    [
        (is_renewed, "the ledger changed"),
        (grows, "the fees"),
        (is_assessed, "the invoices and the balance changed"),
        (pays, "the balance changed"),
        (moves, "the fees and the rules changed"),
        (is_merged, "the ledger changed"),
        (administration_is_found, "the rules changed"),
    ],
)
def test_a_proposal_is_refused_when_something_has_changed_since(book, invoiced, happens, named):
    proposal = upgrade(book, invoiced)
    happens(book, invoiced)
    before = everything(book)
    with pytest.raises(Refused, match=named) as refused:
        book.terms.accept(proposal)
    assert refused.value.rule == "proposals.unchanged"
    assert everything(book) == before


def test_a_proposal_is_accepted_once(book, invoiced):
    proposal = upgrade(book, invoiced)
    book.terms.accept(proposal)
    with pytest.raises(Refused, match="only an Associate can be upgraded"):
        book.terms.accept(proposal)
    assert len(book.dues.invoices(invoiced)) == 2


@pytest.mark.parametrize(
    "alter",
    [
        lambda p: replace(p, net=Decimal(0)),
        lambda p: replace(p, lines=p.lines[1:]),
        lambda p: replace(p, grounds=()),
    ],
)
def test_a_proposal_that_was_altered_is_refused(book, invoiced, alter):
    with pytest.raises(Refused) as refused:
        book.terms.accept(alter(upgrade(book, invoiced)))
    assert refused.value.rule == "proposals.as_shown"
    assert len(book.dues.invoices(invoiced)) == 1


def test_two_who_accept_at_once_post_it_once(book, make_book, invoiced):
    proposal, ready = upgrade(book, invoiced), Barrier(2)

    def attempt(_):
        mine = make_book()
        ready.wait()
        try:
            return mine.terms.accept(proposal)
        except Refused:
            return None

    with ThreadPoolExecutor(2) as threads:
        assert sum(done is not None for done in threads.map(attempt, range(2))) == 1
    assert len(book.dues.invoices(invoiced)) == 2


def test_assessing_the_member_states_changes_no_proposal(book, invoiced):
    book.organizations.add("Ministry of Ghana", country="GH", kind="administration")
    proposal = upgrade(book, invoiced, on=date(2026, 12, 1))
    assert book.contributions.assess(2027).invoices == 1
    assert upgrade(book, invoiced, on=date(2026, 12, 1)) == proposal
    book.dues.assess(2027)
    later = upgrade(book, invoiced, on=date(2026, 12, 1))
    assert later.net == proposal.net + 31800 - 10600
