"""Bodies that are exempt are charged for the other months, in whatever order it was recorded."""

from datetime import date
from decimal import Decimal

import pytest
from support.assessing import ISSUED, join, owed


def test_an_exempt_body_gets_no_invoice_and_is_listed_with_the_reason(book, add):
    union, acme = add("Radio Union", kind="international"), add("Acme")
    for account in (union, acme):
        join(book, account)
    book.exemptions.grant(union, since=date(2024, 1, 1), until=date(2026, 12, 31), reason="reciprocity")
    assessed = book.dues.assess(2026, issued_on=ISSUED)
    assert (assessed.memberships, assessed.invoices, assessed.charged_before) == (2, 1, 0)
    (exempt,) = assessed.exempt
    assert (exempt.organization_id, exempt.name, exempt.coverage) == (union.id, "Radio Union", "T")
    assert (exempt.reason, exempt.months) == ("reciprocity", 12)
    assert book.dues.invoices(union) == ()
    assert book.dues.assess(2027).invoices == 2


@pytest.mark.parametrize(
    ("since", "until", "exempt", "charged"),
    [
        (date(2026, 5, 10), date(2027, 12, 31), 8, 0),
        (date(2025, 1, 1), date(2026, 5, 9), 0, 21200),
        (date(2025, 1, 1), date(2026, 11, 30), 7, 2650),
        (date(2026, 5, 11), date(2026, 12, 31), 7, 2650),
        (date(2026, 7, 1), date(2026, 8, 31), 2, 15900),
    ],
    ids=["from its first day on", "until the day before", "all but December", "a day too late", "in summer"],
)
def test_a_body_is_charged_for_the_months_in_which_it_is_not_exempt(book, add, since, until, exempt, charged):
    union = add("Radio Union", kind="international")
    join(book, union, on=date(2026, 5, 10))
    book.exemptions.grant(union, since=since, until=until, reason="reciprocity")
    assessed = book.dues.assess(2026)
    assert (assessed.amount, sum(each.months for each in assessed.exempt)) == (charged, exempt)
    assert book.dues.assess(2026).invoices == 0


def test_the_months_after_an_exemption_that_was_withdrawn_are_charged_by_a_later_pass(book, add):
    union = add("Radio Union", kind="international")
    join(book, union)
    book.exemptions.grant(union, since=date(2026, 1, 1), until=date(2026, 12, 31), reason="reciprocity")
    assert book.dues.assess(2026, issued_on=ISSUED).invoices == 0
    book.exemptions.withdraw(union, on=date(2026, 10, 31), reason="the list was reviewed")
    assert book.dues.assess(2026).amount == 5300


@pytest.mark.parametrize(
    ("since", "months"), [(date(2026, 1, 1), 12), (date(2026, 7, 1), 6), (date(2027, 1, 1), 0)]
)
def test_an_exempt_body_owes_the_same_whether_it_was_exempted_before_the_dues_or_after(
    book, add, since, months
):
    before, after = (add(name, kind="international") for name in ("Before", "After"))
    for account in (before, after):
        join(book, account)

    def exempt(account):
        book.exemptions.grant(account, since=since, until=date(2027, 12, 31), reason="reciprocity")

    exempt(before)
    book.dues.assess(2026, issued_on=ISSUED)
    exempt(after)
    assert book.dues.assess(2026).given_back == months * Decimal(-2650)
    assert owed(book, before) == owed(book, after) == (12 - months) * Decimal(2650)
    assert book.standing.of(after, on=since).standing == book.standing.of(before, on=since).standing
    assert book.dues.assess(2026).invoices == 0
