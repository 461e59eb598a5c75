"""Who joins, changes, leaves or comes back within a year is charged for the months that it was what it was, once."""

from datetime import date
from decimal import Decimal

import pytest
from support.assessing import ISSUED, join, owed, post, told

from crm.membership.dues.dues_tables import InvoiceKind
from crm.membership.dues.posting import ChargeLine
from crm.membership.terms import Coverage
from crm.reference.categories import Category


def test_the_year_of_joining_is_not_charged_again_nor_the_one_after_it_forgotten(book, add):
    acme = add("Acme")
    term = join(book, acme, on=date(2026, 7, 9))
    line = ChargeLine(
        event_id=term.id,
        coverage=Coverage.STANDARDIZATION,
        category=Category.SECTOR_MEMBER,
        since_on=date(2026, 7, 1),
        until_on=date(2026, 12, 31),
        months=6,
        amount=Decimal("15900.00"),
        rule="sector-member-T",
    )
    post(book, acme, line)
    assert book.dues.assess(2026).invoices == 0
    assert book.dues.assess(2027).invoices == 1
    assert [line[2:] for line in told(book, acme)] == [(6, 15900), (12, 31800)]


def test_a_change_within_the_year_is_charged_from_its_month_on(book, add):
    acme = add("Acme")
    join(book, acme, "associate")
    book.terms.upgrade(acme, sector="T", on=date(2026, 7, 15))
    book.dues.assess(2026, issued_on=ISSUED)
    assert told(book, acme) == [
        ("T", "associate", 6, Decimal("5300.00")),
        ("T", "sector_member", 6, Decimal("15900.00")),
    ]


def test_a_change_that_was_charged_when_it_was_made_is_not_charged_again(book, add):
    acme = add("Acme")
    old = join(book, acme, "associate")
    book.dues.assess(2026, issued_on=ISSUED)
    new = book.terms.upgrade(acme, sector="T", on=date(2026, 7, 1)).term
    rest = {"since_on": date(2026, 7, 1), "until_on": date(2026, 12, 31), "months": 6, "rule": "upgrade"}
    back = ChargeLine(
        event_id=old.id, coverage=Coverage("T"), category=Category.ASSOCIATE, amount=Decimal(-5300), **rest
    )
    more = ChargeLine(
        event_id=new.id,
        coverage=Coverage("T"),
        category=Category.SECTOR_MEMBER,
        amount=Decimal(15900),
        **rest,
    )
    post(book, acme, back, more, kind=InvoiceKind.CHANGE)
    assert book.dues.assess(2026).invoices == 0
    assert book.dues.statement(acme).balance == 10600 - 5300 + 15900


def test_who_has_left_is_charged_to_the_end_of_the_month_and_who_left_before_not_at_all(book, add):
    gone, leaving = add("Gone"), add("Leaving")
    for account, day in ((gone, date(2026, 1, 1)), (leaving, date(2026, 5, 10))):
        join(book, account)
        book.terms.denounce(account, sector="T", on=day, reason="no budget")
    assert book.dues.assess(2026, issued_on=ISSUED).memberships == 1
    assert told(book, gone) == []
    assert told(book, leaving) == [("T", "sector_member", 5, Decimal("13250.00"))]


@pytest.mark.parametrize(
    ("country", "category"),
    [("CH", "sector_member"), ("CH", "associate"), ("KE", "associate"), ("KE", "academia")],
)
@pytest.mark.parametrize("month", range(1, 13))
def test_who_leaves_owes_the_same_whether_that_was_recorded_before_the_dues_or_after(
    book, add, country, category, month
):
    before, after = add("Before", country), add("After", country)
    sector = None if category == "academia" else "T"
    for account in (before, after):
        join(book, account, category, sector)

    def leave(account):
        book.terms.denounce(account, sector=sector, on=date(2026, month, 1), reason="no budget")

    leave(before)
    book.dues.assess(2026, issued_on=ISSUED)
    leave(after)
    assessed = book.dues.assess(2026)
    assert assessed.amount == assessed.given_back < 0
    assert owed(book, before) == owed(book, after)
    assert [invoice.kind for invoice in book.dues.invoices(after)] == ["yearly", "credit"]
    assert book.dues.assess(2026).invoices == 0


CHANGES = {
    "upgrade": ("associate", lambda terms, who: terms.upgrade(who, sector="T", on=date(2026, 4, 1))),
    "downgrade": (
        "sector_member",
        lambda terms, who: terms.downgrade(who, sector="T", study_group="T-SG13", on=date(2026, 4, 20)),
    ),
    "class_change": (
        "sector_member",
        lambda terms, who: terms.class_change(who, sector="T", units="2", on=date(2026, 4, 1)),
    ),
}


@pytest.mark.parametrize(("category", "change"), CHANGES.values(), ids=CHANGES)
def test_who_changes_owes_the_same_whether_that_was_recorded_before_the_dues_or_after(
    book, add, category, change
):
    before, after = add("Before"), add("After")
    for account in (before, after):
        join(book, account, category)
    change(book.terms, before)
    book.dues.assess(2026, issued_on=ISSUED)
    change(book.terms, after)
    assert book.dues.assess(2026).invoices == 1
    assert owed(book, before) == owed(book, after)
    assert [invoice.kind for invoice in book.dues.invoices(after)] == ["yearly", "change"]
    assert book.dues.assess(2026).invoices == 0


def test_who_leaves_and_comes_back_pays_for_the_months_between_no_more(book, add):
    acme = add("Acme")
    join(book, acme)
    book.dues.assess(2026, issued_on=ISSUED)
    book.terms.denounce(acme, sector="T", on=date(2026, 4, 1), reason="no budget")
    join(book, acme, on=date(2026, 10, 1))
    book.dues.assess(2026)
    assert owed(book, acme) == 31800 / 2
    assert book.dues.assess(2026).invoices == 0


def test_a_year_that_was_charged_ahead_is_given_back_to_who_left_before_it(book, add):
    acme = add("Acme")
    join(book, acme, synthetic=True)
    book.dues.assess(2027)
    book.terms.denounce(acme, sector="T", on=date(2027, 1, 1), reason="no budget")
    assessed = book.dues.assess(2027)
    assert (assessed.memberships, assessed.amount, owed(book, acme)) == (0, -31800, 0)
    assert all(invoice.synthetic for invoice in book.dues.invoices(acme))


def test_what_an_application_was_charged_waits_for_its_payment_and_is_not_given_back(book, add):
    acme = add("Acme", kind="university")
    book.applications.apply(acme, "associate", sector="T", study_group="T-SG13")
    book.applications.forward(acme)
    book.applications.approve(acme)
    assert book.dues.assess(2026).invoices == 0
    book.dues.pay(acme, owed(book, acme), on=date(2026, 11, 24), reference="UBS-1")
    assert book.dues.assess(2026).invoices == 0
    book.terms.denounce(acme, sector="T", on=date(2026, 12, 1), reason="no budget")
    assert book.dues.assess(2026).amount == Decimal("-883.34")  # of 1,766.67 one month stays: 883.33
