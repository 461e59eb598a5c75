from datetime import date, timedelta
from decimal import Decimal

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import InvalidInput


@pytest.fixture
def filled(book, clock):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    for name, owner in (("Acme", "dana"), ("Beta", "dana"), ("Gamma", "lucia"), ("Delta", None)):
        organization = book.organizations.add(name, country="KE", owner=owner and f"{owner}@accord.example")
        book.roles.give(organization, "prospect")
    book.terms.join("Acme", "sector_member", sector="T", on=date(2020, 1, 1))
    book.organizations.add("Neither member nor prospect", owner="dana@accord.example")
    book.log("call", "Acme", "hello", next="call again", due="1d")
    book.log("call", "Gamma", "hello")  # Dana's office met it, not the one that keeps it
    clock.advance(timedelta(days=10))
    return book


def row_of(report, office):
    return next(row for row in report if row["office"] == office)


def test_an_account_counts_for_the_office_of_its_manager(filled):
    report = filled.reports.coverage_by_office()
    bdt = row_of(report, "BDT")
    assert [bdt[key] for key in ("accounts", "members", "prospects", "touched", "overdue")] == [2, 1, 1, 1, 1]
    assert bdt["share"] == Decimal("0.5")
    assert row_of(report, "TSB")["touched"] == 0
    assert row_of(report, "No account manager")["accounts"] == 1
    assert row_of(report, "GS")["accounts"] == 0
    assert report.total("accounts") == 4


def test_how_lately_counts_as_touched_is_stated_and_can_be_chosen(filled):
    assert row_of(filled.reports.coverage_by_office(days=5), "BDT")["touched"] == 0
    assert filled.reports.coverage_by_office(days=5).filters["days"] == 5
    with pytest.raises(InvalidInput):
        filled.reports.coverage_by_office(days=0)


def test_its_figures_open_to_their_rows(filled):
    assert_figures_open_to_their_rows(filled.reports.coverage_by_office())
