from datetime import date, timedelta

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import InvalidInput

LONG_AGO = date(2020, 1, 1)
TODAY = date(2026, 11, 24)


@pytest.fixture
def filled(book, clock):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    both = book.organizations.add("Both", country="KE")
    for sector in "TD":
        book.terms.join(both, "sector_member", sector=sector, on=LONG_AGO)
    book.terms.join(book.organizations.add("Makerere", country="UG"), "academia", on=LONG_AGO)
    book.organizations.add("Outside", country="FR")
    book.log("call", "Both", "one")
    book.log("meeting", "Both", "two", office="TSB")
    book.log("email", "Makerere", "three")
    book.log("event", "Outside", "four")
    book.log("note", "Outside", "not counted")
    clock.advance(timedelta(days=1))
    book.log("call", "Outside", "five")
    return book


def row_of(report, office):
    return next(row for row in report if row["office"] == office)


def test_every_office_has_a_row_and_an_interaction_counts_for_each_sector_of_its_account(filled):
    report = filled.reports.interactions_by_office()
    assert {row["office"] for row in report} >= {"GS", "BR", "TSB", "BDT", "RO-AFR"}
    bdt = row_of(report, "BDT")
    assert [bdt[key] for key in ("interactions", "accounts", "r", "t", "d", "none")] == [4, 3, 1, 2, 2, 2]
    assert [row_of(report, "TSB")[key] for key in ("interactions", "t", "d")] == [1, 1, 1]
    assert row_of(report, "GS")["interactions"] == 0


def test_accounts_are_not_added_up_over_offices(filled):
    assert (
        filled.reports.interactions_by_office().total("accounts") == 3
    )  # Both, met by two offices, is one account


def test_the_period_is_stated_and_its_days_count_whole(filled):
    assert filled.reports.interactions_by_office(since=TODAY, until=TODAY).total("interactions") == 4
    after = filled.reports.interactions_by_office(since=TODAY + timedelta(days=1))
    assert after.total("interactions") == 1
    assert (after.filters["since"], after.on) == (TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    with pytest.raises(InvalidInput, match="lies before"):
        filled.reports.interactions_by_office(since=TODAY, until=TODAY - timedelta(days=1))


def test_a_region_narrows_it(filled):
    assert filled.reports.interactions_by_office(region="africa").total("interactions") == 3


def test_its_figures_open_to_their_rows(filled):
    assert_figures_open_to_their_rows(filled.reports.interactions_by_office())
