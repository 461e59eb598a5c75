"""What a proposal tells beside the money: who approves it, and what is odd about it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from support.proposals import APRIL, JOINED, upgrade

from crm.errors import InvalidInput, NotFound, Refused


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
