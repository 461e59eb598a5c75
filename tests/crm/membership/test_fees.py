from datetime import date
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound


@pytest.mark.parametrize(
    ("category", "about", "amount"),
    [
        ("associate", {"sector": "T", "country": "KE"}, "10600"),
        ("associate", {"sector": "T", "country": "Kenya", "size": "sme"}, "1987.50"),
        ("academia", {"country": "CHE"}, "3975"),
        ("sector member", {"sector": "D", "country": "KEN"}, "3975"),
        ("sector member", {"sector": "T", "units": "1 1/2"}, "95400"),
    ],
)
def test_what_a_membership_costs(book, category, about, amount):
    assert book.fees.of(category, **about, on=date(2026, 11, 26)).amount == Decimal(amount)


@pytest.mark.parametrize(("year", "certainty"), [(2023, "verified"), (2027, "derived"), (2028, "unverified")])
def test_the_fee_of_a_sector_member_is_as_sure_as_the_unit_that_it_is_a_part_of(book, year, certainty):
    fee = book.fees.of("sector_member", sector="T", on=date(year, 1, 1))
    assert (fee.amount, fee.certainty) == (Decimal(31800), certainty)


def test_what_is_not_stated_is_said(book):
    with pytest.raises(NotFound):
        book.fees.of("associate", sector="T", on=date(1999, 1, 1))
    with pytest.raises(InvalidInput):
        book.fees.of("academia", sector="T")


def test_the_tables_and_the_rules_of_a_day(book):
    then = {line.key for line in book.fees.table(on=date(2007, 1, 1))}
    now = {line.key for line in book.fees.table(on=date(2026, 1, 1))}
    assert "associate-T-2006" in then - now
    assert {
        "associate-T",
        "academia-developing",
        "sector-member-D-developing",
        "unit-sector_member-2024",
    } <= now
    assert book.fees.rules().notice_months == 6
