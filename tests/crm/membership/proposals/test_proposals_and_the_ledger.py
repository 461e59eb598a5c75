"""What a proposal has posted stands whatever happens afterwards, and a year is paid once: wishes 1, 2, 4, 5 and 6."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.proposals import APRIL, JOINED, renew, upgrade

from crm.errors import Refused


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


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@pytest.mark.parametrize(
    ("since", "until", "net"),
    [
        # Invoiced as an Associate for 2026 and 2027; one month and a year are left.
        (date(2020, 1, 1), date(2026, 12, 31), 31800 - 10600),
        (date(2027, 1, 1), date(2030, 12, 31), 2650 - Decimal("883.33") - 10600),
    ],
    ids=["exempt until it is", "exempt from then on"],
)
def test_wish_5_what_an_account_pays_that_is_exempt_for_a_part_is_what_an_assessment_would_charge(
    book, invoiced, since, until, net
):
    book.dues.assess(2027, issued_on=date(2026, 9, 15))
    book.exemptions.grant(invoiced, since=since, until=until, reason="Council")
    book.dues.assess(2026)  # gives back what is exempt of it
    proposal = upgrade(book, invoiced, on=date(2026, 12, 1))
    assert proposal.net == net
    book.terms.accept(proposal)
    assert [book.dues.assess(year, dry_run=True).invoices for year in (2026, 2027)] == [0, 0]


def test_an_exemption_that_is_granted_meanwhile_changes_the_fees(book, invoiced):
    proposal = upgrade(book, invoiced)
    book.exemptions.grant(invoiced, since=date(2026, 9, 1), until=date(2026, 9, 30), reason="Council")
    with pytest.raises(Refused, match="the fees and the invoices changed"):
        book.terms.accept(proposal)
