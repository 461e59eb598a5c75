"""What was priced wrongly, or costs something else by now, is told; it stays as it was invoiced until somebody credits it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from support.assessing import ISSUED, join, owed

from crm.membership.contributions.charging import other_prices, to_charge
from crm.membership.contributions.class_history import ContributionLine
from crm.membership.dues.unused_months import PostedLine
from crm.reference.contributory_units import Payer, unit_on


def test_who_turns_out_to_be_a_small_enterprise_is_told_and_charged_anew_once_the_invoice_is_credited(
    book, add
):
    acme, other = add("Acme"), add("Other")
    for account in (acme, other):
        join(book, account, "associate")
    assert book.dues.assess(2026, issued_on=ISSUED).otherwise == ()
    book.organizations.change(acme, size="sme")
    again = book.dues.assess(2026)
    assert (again.amount, again.charged_before) == (0, 2)
    (told,) = again.otherwise
    assert (told.organization_id, told.name, told.coverage) == (acme.id, "Acme", "T")
    assert (told.charged, told.now) == (Decimal(10600), Decimal(3975))
    assert str(told) == "Acme: charged 10,600.00, now 3,975.00"
    report = book.reports.dues_assessment(year=2026)
    assert [(row["account"], row["otherwise"]) for row in report] == [
        ("Acme", "ITU-T: 10,600.00, now 3,975.00")
    ]
    assert any("1 of the accounts" in note and "crm dues credit" in note for note in report.notes)
    (invoice,) = book.dues.invoices(acme)
    book.dues.credit(invoice, reason="a small enterprise")
    anew = book.dues.assess(2026)
    assert (anew.amount, owed(book, acme), anew.otherwise) == (3975, 3975, ())


@pytest.mark.parametrize("month", range(2, 13))
def test_a_part_of_a_year_that_is_no_whole_number_of_centimes_is_no_other_price(book, add, month):
    acme = add("Acme", "KE", kind="university")
    join(book, acme, "academia", None, on=date(2026, month, 1))
    book.dues.assess(2026)
    assert book.dues.assess(2026).otherwise == ()


def test_what_is_no_longer_the_membership_is_given_back_and_no_other_price(book, add):
    acme = add("Acme")
    join(book, acme)
    book.dues.assess(2026, issued_on=ISSUED)
    book.terms.class_change(acme, sector="T", units="1", on=date(2026, 7, 1))
    assessed = book.dues.assess(2026)
    assert (assessed.given_back, assessed.otherwise) == (-15900, ())
    assert book.dues.assess(2026).otherwise == ()


@pytest.mark.parametrize(
    ("months", "amount", "told"),
    [
        (12, 318_000, [(318_000, 320_000)]),
        (12, 320_000, []),
        (4, 106_000, [(106_000, Decimal("106666.67"))]),
        (4, Decimal("106666.67"), []),
    ],
)
def test_a_unit_that_is_fixed_after_states_were_charged_is_told(store, months, amount, told):
    with store.reading() as session:
        unit = unit_on(session, Payer.MEMBER_STATE, date(2028, 1, 1))
    unit = unit.model_copy(update={"amount": Decimal(320_000)})
    since, until = date(2028, 13 - months, 1), date(2028, 12, 31)
    due = ContributionLine(since, until, months, Fraction(1), unit.amount, Decimal(amount))
    posted = PostedLine(
        number="2028-000001",
        since_on=since,
        until_on=until,
        amount=Decimal(amount),
        rule="x",
        units=Fraction(1),
    )
    assert list(other_prices(2028, [due], [posted], unit)) == told
    assert list(to_charge("KEN", 2028, [due], [posted], unit)) == []
