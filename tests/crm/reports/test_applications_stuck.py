from datetime import date, timedelta
from itertools import pairwise

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import InvalidInput, NotFound

TODAY = date(2026, 11, 24)


def waiting(book, name, country, days, *steps, kind="company", **more):
    """An application whose last step is so many days ago."""
    account = book.organizations.add(f"{name} Ltd", country=country, kind=kind)
    on = TODAY - timedelta(days=days)
    applied = book.applications.apply(account, "sector_member", sector="T", on=on, **more)
    for step in steps:
        more = {"invoice": False} if step == "approve" else {"reason": "a paper is missing"}
        getattr(book.applications, step)(applied, on=on, **more)
    return applied


@pytest.fixture
def filled(book):
    with book.transaction():
        book.organizations.add("Communications Authority of Kenya", country="KE", kind="administration")
        waiting(book, "Kenyan", "KE", 46, "forward")
        waiting(book, "Kenyan at last", "KE", 45, "forward")
        waiting(book, "Kenyan refused", "KE", 90, "forward", "refuse")
        waiting(book, "Ugandan", "UG", 60, "forward")
        waiting(book, "Ugandan and us", "UG", 3)
        waiting(book, "French", "FR", 100, "forward")
        waiting(book, "French paper", "FR", 22, "send_back")
        waiting(book, "Greenlandic", "GL", 47, "forward")
        waiting(book, "Union", "CH", 31, kind="regional")
        waiting(book, "German", "DE", 31, "forward", "approve")
    return book


def cells(report, *keys):
    return [tuple(row[key] for key in keys) for row in report]


def test_what_is_stuck_is_told_by_member_state_the_longest_first(filled):
    report = filled.reports.applications_stuck()
    keys = (
        "region",
        "state",
        "code",
        "with_approver",
        "with_us",
        "with_applicant",
        "unpaid",
        "stuck",
        "longest",
    )
    assert cells(report, *keys) == [
        ("Europe", "France", "FRA", 1, 0, 1, 0, 2, 100),
        ("Europe", "Denmark", "DNK", 1, 0, 0, 0, 1, 47),
        ("Europe", "Germany", "DEU", 0, 1, 0, 0, 1, 31),
        ("Africa", "Uganda", "UGA", 1, 1, 0, 0, 2, 60),
        ("Africa", "Kenya", "KEN", 1, 0, 0, 0, 1, 46),
        ("Secretary-General", "Secretary-General", None, 1, 0, 0, 0, 1, 31),
    ]
    assert "administration 45" in report.definition
    assert "unverified" in report.definition


def test_the_administration_is_named_or_said_to_be_missing(filled):
    named = dict(cells(filled.reports.applications_stuck(), "code", "administration"))
    assert named["KEN"] == "Communications Authority of Kenya"
    assert named["UGA"] == "none on file"


def test_a_threshold_counts_for_everybody(filled):
    assert cells(filled.reports.applications_stuck(days=59), "code", "longest") == [("FRA", 100), ("UGA", 60)]
    assert filled.reports.applications_stuck(days=0).total("stuck") == 9
    with pytest.raises(InvalidInput):
        filled.reports.applications_stuck(days=-1)


def test_a_region_narrows_it(filled):
    assert {row["region"] for row in filled.reports.applications_stuck(region="Africa")} == {"Africa"}
    with pytest.raises(NotFound):
        filled.reports.applications_stuck(region="Atlantis")


def test_member_states_in_which_nothing_is_stuck_are_listed_only_when_asked_for(filled):
    report = filled.reports.applications_stuck(every=True)
    assert len(report) == 194 + 1
    assert {row["longest"] for row in report if not row["stuck"]} == {None}
    assert report.total("stuck") == filled.reports.applications_stuck().total("stuck") == 8
    regions = [row["region"] for row in report]
    assert sum(one != other for one, other in pairwise(regions)) == 6


@pytest.mark.parametrize("every", [False, True])
def test_its_figures_open_to_their_rows(filled, every):
    assert_figures_open_to_their_rows(filled.reports.applications_stuck(every=every))


def test_an_open_ask_for_a_first_membership_is_shown_beside_the_application(book):
    applied = waiting(book, "Kenyan", "KE", 60, "forward")
    ask = book.opportunities.add(applied.organization_id, "first_membership", sector="T")
    (behind,) = book.reports.applications_stuck().rows_behind("KEN", "stuck")
    assert (behind["id"], behind["ask"], behind["days"]) == (applied.id, ask.id, 60)
    assert behind["wants"] == "sector member in ITU-T"
    book.opportunities.lose(ask, reason="no answer")
    (behind,) = book.reports.applications_stuck().rows_behind("KEN", "stuck")
    assert behind["ask"] is None


def test_synthetic_applications_are_told(book):
    waiting(book, "Kenyan", "KE", 60, "forward", synthetic=True)
    (note,) = book.reports.applications_stuck().notes
    assert "Synthetic" in note


def test_nothing_stuck_is_an_empty_report(book):
    report = book.reports.applications_stuck()
    assert (len(report), report.total("stuck")) == (0, 0)
    assert "Applications that are stuck" in report.to_html()
