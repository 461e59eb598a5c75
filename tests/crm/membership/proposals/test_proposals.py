"""Proposals in the book: what is accepted is what was shown, and what it wrote stands whatever happens afterwards."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.imports import everything

from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.ledger import record_event
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category

JOINED = date(2020, 1, 1)
APRIL = date(2026, 4, 1)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="CH")


@pytest.fixture
def associate(book, acme):
    book.terms.join(acme, "associate", sector="T", study_group="SG13", on=JOINED)
    return acme


@pytest.fixture
def invoiced(book, associate):
    """An Associate in ITU-T, invoiced for 2026."""
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return associate


def upgrade(book, account, on=APRIL):
    return book.terms.propose_upgrade(account, sector="T", on=on)


def charged(book, account):
    """What an account was charged for each month of 2026, less what was given back."""
    lines = [line for invoice in book.dues.invoices(account) for line in book.dues.lines(invoice)]
    return {
        month: sum(
            (
                line.amount / line.months
                for line in lines
                if line.since_on.month <= month <= line.until_on.month
            ),
            Decimal(0),
        )
        for month in range(1, 13)
    }


def renew(book, account, on, category="associate"):
    with book._store.changing("membership.renewal") as change:
        row = change.session.get_one(Organization, account.id)
        fields = {"kind": EventKind.RENEWAL, "coverage": Coverage.STANDARDIZATION, "effective_on": on}
        record_event(change, row, {**fields, "category": Category(category)})


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
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 24), date(2026, 11, 24))
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


# The other changes


def test_a_further_sector_needs_approval_and_names_who_gives_it(book, invoiced):
    book.organizations.add("Federal Office of Communications", country="CH", kind="administration")
    proposal = book.terms.propose_sector(invoiced, sector="D", on=APRIL)
    assert proposal.approval.by == ("the administration of Switzerland (Federal Office of Communications)")
    with pytest.raises(Refused, match="needs the approval of the administration of Switzerland") as refused:
        book.terms.accept(proposal)
    assert (refused.value.rule, refused.value.field) == ("proposals.approval", "approval")
    accepted = book.terms.accept(proposal, approval="note verbale 7 of 2 November 2026")
    assert (accepted.term.opened_by, accepted.term.coverage, accepted.term.units) == (
        "further_sector",
        "D",
        Fraction(1, 8),
    )
    assert accepted.invoices[0].amount == Decimal("5962.50")


def test_an_international_organization_is_approved_by_the_secretary_general(book):
    union = book.organizations.add("A Union", country="CH", kind="international")
    book.terms.join(union, "sector_member", sector="T", on=JOINED)
    assert book.terms.propose_sector(union, sector="R", on=APRIL).approval.by == "the Secretary-General"


def test_where_nobody_knows_who_approves_it_is_said(book):
    nowhere = book.organizations.add("Nowhere")
    book.terms.join(nowhere, "sector_member", sector="T", on=JOINED)
    assert "Nobody has said where" in book.terms.propose_sector(nowhere, sector="R", on=APRIL).approval.by


def test_an_associate_in_a_further_sector_selects_a_study_group(book, invoiced):
    with pytest.raises(InvalidInput, match="selects one study group"):
        book.terms.propose_sector(invoiced, sector="R", category="associate", on=APRIL)
    proposal = book.terms.propose_sector(
        invoiced, sector="R", category="associate", study_group="R-SG4", on=APRIL
    )
    assert (proposal.after, proposal.to_invoice) == ("Associate in ITU-R, R-SG4", Decimal("7950.00"))


def test_another_class_and_a_downgrade_are_proposed_and_accepted(book, invoiced):
    book.terms.accept(upgrade(book, invoiced))
    higher = book.terms.propose_class(invoiced, sector="T", units="1 1/2", on=date(2026, 7, 1))
    assert (higher.to_invoice, higher.to_credit) == (Decimal("47700.00"), Decimal("15900.00"))
    book.terms.accept(higher)
    lower = book.terms.propose_downgrade(invoiced, sector="T", study_group="SG13", on=date(2026, 10, 1))
    assert (lower.to_invoice, lower.to_credit, lower.net) == (
        Decimal("2650.00"),
        Decimal("23850.00"),
        Decimal("-21200.00"),
    )
    assert book.terms.accept(lower).invoices[0].amount == Decimal("-21200.00")
    assert [t.opened_by for t in book.terms.of(invoiced)] == ["join", "upgrade", "class_change", "downgrade"]
    assert sum(i.amount for i in book.dues.invoices(invoiced)) == Decimal("2650.00") + 7950 + 23850 + 2650


def test_who_is_no_member_there_gets_no_proposal(book, acme):
    with pytest.raises(Refused, match="is a member of no Sector"):
        book.terms.propose_sector(acme, sector="D", on=APRIL)
    book.terms.join(acme, "sector_member", sector="R", on=JOINED)
    with pytest.raises(NotFound, match="is not a member in ITU-T"):
        upgrade(book, acme)


def test_who_has_not_paid_or_is_leaving_is_to_be_kept_first(book, invoiced):
    november = date(2026, 11, 1)
    arrears, standing = upgrade(book, invoiced, november).warnings
    assert standing == "How it stands: suspended: invoice 2026-000001 was due on 31 March 2026."
    assert arrears == "The account is in arrears with 10,600.00 CHF."
    book.dues.pay(invoiced, "10600", on=date(2026, 11, 1), reference="1")
    assert upgrade(book, invoiced, november).warnings == ()
    other = book.organizations.add("Beta Cloud", country="CH")
    book.terms.join(other, "associate", sector="T", study_group="SG13", on=JOINED)
    book.standing.record(other, "suspended", as_of=date(2026, 11, 1), source="finance")
    assert "How it stands: suspended, as finance says." in upgrade(book, other).warnings


def test_a_day_far_ahead_is_refused_and_one_that_is_past_is_told(book, invoiced):
    with pytest.raises(Refused, match="The dues of 2035 are invoiced from 2034 on"):
        upgrade(book, invoiced, on=date(2035, 5, 1))
    ahead, now, past = (
        upgrade(book, invoiced, on=date(*day, 1)) for day in ((2027, 1), (2026, 11), (2026, 10))
    )
    assert not any("ago" in warning for warning in (*ahead.warnings, *now.warnings))
    assert past.warnings[0] == "It takes effect 1 month ago, on 1 October 2026."


def test_a_study_group_that_is_no_more_is_told(book, acme):
    book.terms.join(acme, "sector_member", sector="T", on=JOINED)
    lower = book.terms.propose_downgrade(acme, sector="T", study_group="SG9", on=date(2027, 1, 1))
    assert "T-SG9 existed until 2025-01-01; T-SG21 took over its work (unverified)." in lower.warnings


def test_a_small_enterprise_is_warned_of_what_an_upgrade_costs_it(book, invoiced):
    book.organizations.change(invoiced, size="sme")
    assert any("for Associates alone" in warning for warning in upgrade(book, invoiced).warnings)


def test_what_follows_a_made_up_membership_is_made_up(book, acme):
    book.terms.join(acme, "associate", sector="T", study_group="SG13", on=JOINED, synthetic=True)
    accepted = book.terms.accept(upgrade(book, acme))
    assert accepted.term.synthetic
    assert accepted.invoices[0].synthetic


# The wishes


def test_wish_1_a_later_payment_or_renewal_never_rewrites_the_term(book, invoiced):
    """Wish 1: billing refers to the current term; a type change is an event that no payment can revert."""
    book.terms.accept(upgrade(book, invoiced))
    stood = book.terms.of(invoiced)
    book.dues.pay(invoiced, "10600", on=date(2026, 5, 1), reference="for the Associate's invoice")
    book.dues.pay(invoiced, "15900", on=date(2026, 6, 1), reference="for the change")
    renew(book, invoiced, date(2027, 1, 1), category="associate")  # by whoever still had the old type in hand
    book.dues.assess(2027, issued_on=date(2026, 9, 15))
    assert book.terms.of(invoiced) == stood
    (line,) = book.dues.lines(book.dues.invoices(invoiced)[1])
    assert (line.category, line.event_id, line.amount) == ("sector_member", stood[-1].id, Decimal("31800.00"))


def test_wish_2_a_gap_stays_a_gap_and_is_not_charged(book, invoiced):
    """Wish 2: who left and came back was no member meanwhile, and a proposal does not close the gap."""
    book.terms.denounce(invoiced, sector="T", on=date(2026, 2, 1), reason="budget")
    with pytest.raises(Refused, match="is a member of no Sector on 2026-04-01"):
        upgrade(book, invoiced)
    book.terms.join(invoiced, "associate", sector="T", study_group="SG13", on=date(2026, 9, 1))
    book.terms.accept(upgrade(book, invoiced, on=date(2026, 10, 1)))
    assert [(t.since_on, t.until_on) for t in book.terms.of(invoiced)] == [
        (JOINED, date(2026, 1, 31)),
        (date(2026, 9, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), None),
    ]
    assert book.terms.of(invoiced, on=date(2026, 5, 1)) == ()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["assess", "accept", "pay", "pay", "assess"]))
def test_wish_4_any_order_of_events_gives_one_extension(book, order):
    """Wish 4: an upgrade, its payment entered twice and the assessment of the year come to the same in any order."""
    account = book.organizations.add("Acme", country="CH")
    book.terms.join(account, "associate", sector="T", study_group="SG13", on=JOINED)
    for happens in order:
        match happens:
            case "assess":
                book.dues.assess(2026, issued_on=date(2025, 9, 15))
            case "accept":
                book.terms.accept(upgrade(book, account))
            case "pay":
                book.dues.pay(account, "26500", on=date(2026, 5, 1), reference=f"all of {account.id}")
    assert [(t.category, t.since_on, t.until_on) for t in book.terms.of(account)] == [
        ("associate", JOINED, date(2026, 3, 31)),
        ("sector_member", APRIL, None),
    ]
    assert book.dues.statement(account).balance == 0


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.one_of(st.just("associate"), st.sampled_from(["1/2", "1", "1 1/2", "5"])),
    ),
    max_size=4,
    unique_by=lambda change: change[0],
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES, st.booleans())
def test_wish_5_preview_equals_posting_and_the_year_is_paid_once(book, changes, assessed_first):
    """Wish 5: after any changes in a year each of its months is charged once, at the fee of its own term."""
    account = book.organizations.add("Acme", country="CH")
    book.terms.join(account, "associate", sector="T", study_group="SG13", on=JOINED)
    if assessed_first:
        book.dues.assess(2026, issued_on=date(2025, 9, 15))
    for month, becomes in sorted(changes):
        held = book.terms.of(account)[-1]
        on = date(2026, month, 1)
        try:
            if becomes == "associate":
                proposal = book.terms.propose_downgrade(account, sector="T", study_group="SG13", on=on)
            elif held.category == "associate":
                proposal = book.terms.propose_upgrade(account, sector="T", units=becomes, on=on)
            else:
                proposal = book.terms.propose_class(account, sector="T", units=becomes, on=on)
        except Refused:
            continue  # it is that already
        owed = book.dues.statement(account).balance
        accepted = book.terms.accept(proposal)
        assert sum(invoice.amount for invoice in accepted.invoices) == proposal.net
        assert book.dues.statement(account).balance == owed + proposal.net
    book.dues.assess(2026)
    for month, amount in charged(book, account).items():
        (term,) = book.terms.of(account, on=date(2026, month, 1))
        yearly = Fraction(10_600) if term.units is None else 63_600 * term.units
        assert abs(Fraction(amount) - yearly / 12) < Fraction("0.02")


def test_wish_6_the_lines_derive_from_the_term_and_never_the_reverse(book, invoiced):
    """Wish 6: another class before acceptance gives other lines; what was posted names its term and stays."""
    draft = upgrade(book, invoiced)
    other = book.terms.propose_upgrade(invoiced, sector="T", units="1", on=APRIL)
    assert [line.amount for line in draft.lines] == [Decimal("-7950.00"), Decimal("23850.00")]
    assert [line.amount for line in other.lines] == [Decimal("-7950.00"), Decimal("47700.00")]
    (invoice,) = book.terms.accept(other).invoices
    associate, member = book.terms.of(invoiced)
    credit, charge = book.dues.lines(invoice)
    assert (credit.event_id, credit.category, credit.units) == (associate.id, "associate", None)
    assert (charge.event_id, charge.category, charge.units) == (member.id, "sector_member", 1)
    book.terms.class_change(invoiced, sector="T", units="2", on=date(2026, 8, 1))
    assert book.dues.lines(invoice) == (credit, charge)
