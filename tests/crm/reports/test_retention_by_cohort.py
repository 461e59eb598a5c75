from datetime import date
from decimal import Decimal

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import InvalidInput


@pytest.fixture
def filled(book):
    """Three organisations that joined in 2015 and one in 2024; it is November 2026."""
    add, terms = book.organizations.add, book.terms
    for name, country in [("Stays", "KE"), ("Leaves", "KE"), ("Returns", "FR"), ("Late", "KE")]:
        add(name, country=country)

    def join(name, year):
        terms.join(name, "associate", sector="T", study_group="T-SG13", on=date(year, 5, 1))

    for name in ("Stays", "Leaves", "Returns"):
        join(name, 2015)
    join("Late", 2024)
    terms.upgrade("Stays", sector="T", on=date(2017, 1, 1))
    terms.denounce("Leaves", sector="T", on=date(2017, 1, 1), reason="no budget")
    terms.denounce("Returns", sector="T", on=date(2016, 7, 1), reason="no budget")
    join("Returns", 2019)
    return book


def shares(report, cohort):
    (row,) = [row for row in report if row["cohort"] == cohort]
    return row["organizations"], *(
        None if row[key] is None else round(row[key] * row["organizations"])
        for key in ("after_1", "after_2", "after_3", "after_5", "after_10", "share_now")
    )


def test_each_cohort_is_followed_through_the_years(filled):
    report = filled.reports.retention_by_cohort()
    assert shares(report, "2015") == (3, 2, 1, 1, 2, 2, 2)
    assert shares(report, "2024") == (1, 1, None, None, None, None, 1)
    assert (report.total("organizations"), report.total("now")) == (4, 3)
    assert_figures_open_to_their_rows(report)


def test_wish_2_a_gap_is_no_membership_and_who_comes_back_stays_in_its_cohort(filled):
    report = filled.reports.retention_by_cohort()
    assert [row["cohort"] for row in report] == ["2015", "2024"]
    assert report.column("after_3").title == "After 3 years"


def test_an_upgrade_is_no_loss_unless_only_associates_are_asked_about(filled):
    associates = filled.reports.retention_by_cohort(category="associate")
    assert shares(associates, "2015")[2] == 0
    assert "neither a loss nor a gain" not in associates.definition
    assert "Only memberships of that category count" in associates.definition
    both = filled.reports.retention_by_cohort(category="associate", sector="T")
    assert "Only memberships of that category and Sector count" in both.definition
    assert "neither a loss nor a gain" in filled.reports.retention_by_cohort().definition
    assert list(filled.reports.retention_by_cohort(sector="R")) == []
    with pytest.raises(InvalidInput):
        filled.reports.retention_by_cohort(category="friend")


def test_it_can_be_asked_for_a_day_that_is_past_and_for_a_region(filled):
    then = filled.reports.retention_by_cohort(on=date(2016, 12, 31))
    assert shares(then, "2015") == (3, 2, None, None, None, None, 2)
    there = filled.reports.retention_by_cohort(region="Europe")
    assert [(row["cohort"], row["share_now"]) for row in there] == [("2015", Decimal(1))]
