"""Who ends or changes a membership within a paid period is told what the next assessment settles."""

from datetime import date
from decimal import Decimal

import pytest

ISSUED = date(2025, 9, 15)


@pytest.fixture
def acme(book):
    acme = book.organizations.add("Acme", country="CH")
    book.terms.join(acme, "sector_member", sector="T", units="1", on=date(2020, 1, 1))
    return acme


CHANGES = {
    "exclude": (
        lambda terms: terms.exclude(
            "Acme", sector="T", on=date(2026, 10, 1), reason="arrears", override="decided"
        ),
        (0, "-15900.00"),
        "The next assessment of 2026 gives back CHF 15,900.00.",
    ),
    "voided": (
        lambda terms: terms.denounce("Acme", sector="T", on=date(2020, 1, 1), reason="recorded twice"),
        (0, "-63600.00"),
        "The next assessment of 2026 gives back CHF 63,600.00.",
    ),
    "class_change": (
        lambda terms: terms.class_change("Acme", sector="T", units="1/2", on=date(2026, 10, 1)),
        ("7950.00", "-15900.00"),
        "The next assessment of 2026 gives back CHF 15,900.00 and charges CHF 7,950.00.",
    ),
    "give_notice": (
        lambda terms: terms.give_notice("Acme", sector="T", received_on=date(2026, 4, 30), reason="costs"),
        (0, "-10600.00"),
        "The next assessment of 2026 gives back CHF 10,600.00.",
    ),
}


@pytest.mark.parametrize(("change", "amounts", "words"), CHANGES.values(), ids=CHANGES)
def test_a_change_says_what_the_next_assessment_posts_and_posts_nothing_itself(
    book, acme, change, amounts, words
):
    book.dues.assess(2026, issued_on=ISSUED)
    (year,) = change(book.terms).to_settle
    assert (year.to_charge, year.to_give_back) == tuple(map(Decimal, amounts))
    assert str(year) == words
    assert book.dues.statement(acme).balance == 63600
    assessed = book.dues.assess(2026)
    assert (assessed.amount, assessed.given_back) == (year.to_charge + year.to_give_back, year.to_give_back)
    last = book.dues.lines(book.dues.invoices(acme)[-1])
    assert [(line.amount, line.basis) for line in last] == [(line.amount, line.basis) for line in year.lines]


def test_where_no_invoice_charges_the_year_nothing_is_to_be_settled(book, acme):
    change, _, _ = CHANGES["exclude"]
    assert change(book.terms).to_settle == ()


def test_of_years_before_the_change_nothing_is_said_nor_of_other_accounts(book, acme):
    other = book.organizations.add("Other", country="CH")
    book.terms.join(other, "sector_member", sector="R", on=date(2020, 1, 1))
    book.dues.assess(2025)
    book.dues.assess(2026, issued_on=ISSUED)
    book.dues.assess(2027)
    ended = book.terms.exclude(acme, sector="T", on=date(2027, 1, 1), reason="arrears", override="decided")
    assert [(year.year, year.to_give_back) for year in ended.to_settle] == [(2027, -63600)]
