from datetime import date, timedelta

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import NotFound

TODAY = date(2026, 11, 24)
LONG_AGO = date(2020, 1, 1)


def member(book, name, country, category="sector_member", **fields):
    organization = book.organizations.add(name, country=country)
    book.terms.join(organization, category, on=LONG_AGO, **fields)
    return organization


@pytest.fixture
def filled(book):
    with book.transaction():
        both = member(book, "Two Sectors", "KE", sector="T")
        book.terms.join(both, "sector_member", sector="D", on=LONG_AGO)
        member(book, "Hong Kong Telecom", "HK", sector="R")
        member(book, "Kampala Labs", "UG", "associate", sector="T", study_group="T-SG13")
        member(book, "Makerere", "UG", "academia")
        book.roles.give(book.organizations.add("Hopeful", country="UG"), "prospect", since=LONG_AGO)
        left = member(book, "Left", "FR", sector="R")
        book.terms.denounce(left, sector="R", on=TODAY, reason="fees")
    return book


def row_of(report, code):
    return next((dict(row) for row in report if row["code"] == code), None)


def test_only_states_without_a_sector_member_are_listed(filled):
    report = filled.reports.states_without_sector_member()
    codes = {row["code"] for row in report}
    assert len(codes) == 194 - 2
    assert codes & {"KEN", "CHN"} == set()  # Hong Kong counts for the State that answers for it
    uganda = row_of(report, "UGA")
    assert (uganda["associates"], uganda["academia"], uganda["prospects"]) == (1, 1, 1)
    assert report.denominator.startswith("192 of the 194 Member States")


def test_a_member_counts_once_however_many_sectors_it_has(filled):
    report = filled.reports.states_without_sector_member(every=True)
    assert len(report) == 194
    assert {row["code"]: row["sector_members"] for row in report if row["sector_members"]} == {
        "KEN": 1,
        "CHN": 1,
    }


def test_what_was_true_on_another_day_is_told_for_that_day(filled):
    yesterday = filled.reports.states_without_sector_member(on=TODAY - timedelta(days=1))
    assert row_of(yesterday, "FRA") is None
    assert row_of(filled.reports.states_without_sector_member(), "FRA") is not None
    before = filled.reports.states_without_sector_member(on=LONG_AGO - timedelta(days=1))
    assert len(before) == 194


def test_a_region_narrows_it_and_its_own_states_are_the_denominator(filled):
    africa = filled.reports.states_without_sector_member(region="Africa")
    assert {row["region"] for row in africa} == {"Africa"}
    assert africa.denominator == "43 of the 44 Member States of the region Africa have no Sector Member."
    with pytest.raises(NotFound):
        filled.reports.states_without_sector_member(region="Atlantis")


@pytest.mark.parametrize("every", [False, True])
def test_its_figures_open_to_their_rows(filled, every):
    assert_figures_open_to_their_rows(filled.reports.states_without_sector_member(every=every))


def test_synthetic_members_are_told(filled):
    made_up = filled.organizations.add("Made up", country="TZ", synthetic=True)
    filled.roles.give(made_up, "prospect")
    (note,) = filled.reports.states_without_sector_member().notes
    assert "Synthetic" in note
