"""It is 24 November 2026."""

from datetime import date
from decimal import Decimal

import pytest

from crm.errors import InvalidInput

MEMBER_T, ASSOCIATE_T, ACADEMIA = "Sector Members, ITU-T", "Associates, ITU-T", "Academia"


@pytest.fixture
def filled(book):
    add, terms = book.organizations.add, book.terms
    add("Half", country="CH")
    terms.join("Half", "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    add("Rises", country="CH")
    terms.join("Rises", "associate", sector="T", study_group="T-SG13", on=date(2021, 5, 1))
    terms.upgrade("Rises", sector="T", on=date(2027, 4, 15))
    add("Leaves", country="KE")
    terms.join("Leaves", "academia", on=date(2019, 1, 1))
    terms.denounce("Leaves", on=date(2027, 7, 1), reason="closed")
    return book


def figures(report, column="amount"):
    return {(row["year"], row["membership"]): row[column] for row in report if row[column]}


def test_memberships_are_priced_as_they_will_be_assessed(filled):
    report = filled.reports.revenue_forecast(years=3)
    assert figures(report) == {
        ("2026", MEMBER_T): Decimal("31800.00"),
        ("2026", ASSOCIATE_T): Decimal("10600.00"),
        ("2026", ACADEMIA): Decimal("1987.50"),
        # The month of the upgrade is the Sector Member's.
        ("2027", MEMBER_T): Decimal("31800.00") + Decimal("23850.00"),
        ("2027", ASSOCIATE_T): Decimal("2650.00"),
        ("2027", ACADEMIA): Decimal("993.75"),
        ("2028", MEMBER_T): Decimal("63600.00"),
    }
    assert [group.name for group in report.groups] == ["2026", "2027", "2028"]


def test_years_are_drawn_with_what_is_at_risk_in_each_and_never_added(filled):
    filled.standing.record("Half", "arrears", as_of=date(2026, 11, 1), source="finance")
    report = filled.reports.revenue_forecast(years=3)
    assert report.totals == {}
    assert report.heads == {
        "amount": Decimal("44387.50"),
        "at_risk": Decimal("33787.50"),
        "unsure": Decimal("12587.50"),
    }
    page = report.to_html()
    assert "2026: 44,387.50, At risk 33,787.50; 2027: 59,293.75, At risk 32,793.75; 2028" in page
    assert "<dt><bdi>2026: Amount (CHF)</bdi></dt>" in page
    assert "<tfoot>" not in page
    assert "44,387.50" in str(report)


def test_a_year_comes_to_what_its_assessment_comes_to(filled):
    forecast = filled.reports.revenue_forecast(years=2)
    assessed = filled.dues.assess(2027, dry_run=True)
    (group,) = [group for group in forecast.groups if group.name == "2027"]
    assert group.totals["amount"] == assessed.amount


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2027, 7, 1), date(2030, 12, 31)),
        (date(2027, 9, 1), date(2027, 10, 31)),
        (date(2026, 1, 1), date(2027, 7, 31)),
    ],
    ids=["from its first day on", "for two months", "until it has been a member for a month"],
)
def test_a_year_comes_to_what_its_assessment_comes_to_for_who_joins_exempt_within_it(filled, since, until):
    filled.organizations.add("Radio Union", country="CH", kind="international")
    filled.terms.join("Radio Union", "sector_member", sector="T", on=date(2027, 7, 1))
    filled.exemptions.grant("Radio Union", since=since, until=until, reason="reciprocity")
    test_a_year_comes_to_what_its_assessment_comes_to(filled)


def test_what_rests_on_fees_that_no_source_states_is_told_apart(filled):
    report = filled.reports.revenue_forecast(years=1)
    assert figures(report, "unsure") == {
        ("2026", ASSOCIATE_T): Decimal("10600.00"),
        ("2026", ACADEMIA): Decimal("1987.50"),
    }


def test_from_2028_on_no_source_states_what_sector_members_pay(filled):
    report = filled.reports.revenue_forecast(years=3)
    unsure = figures(report, "unsure")
    assert ("2027", MEMBER_T) not in unsure
    assert unsure["2028", MEMBER_T] == figures(report)["2028", MEMBER_T]


def test_who_keeps_a_repayment_plan_is_not_at_risk(filled):
    filled.dues.assess(2026, issued_on=date(2025, 9, 15))
    at_risk = figures(filled.reports.revenue_forecast(years=1), "at_risk")
    assert at_risk["2026", MEMBER_T] == Decimal("31800.00")
    today = date(2026, 11, 24)
    plan = filled.repayment_plans.even("Half", on=today, first_on=date(2026, 12, 31), count=2)
    filled.repayment_plans.agree("Half", plan, on=today, reason="Letter")
    assert ("2026", MEMBER_T) not in figures(filled.reports.revenue_forecast(years=1), "at_risk")


def test_accounts_that_do_not_pay_or_leave_are_at_risk_and_can_be_opened(filled):
    filled.standing.record("Half", "suspended", as_of=date(2026, 10, 1), source="finance")
    report = filled.reports.revenue_forecast(years=2)
    at_risk = figures(report, "at_risk")
    assert at_risk["2027", MEMBER_T] == Decimal("31800.00")
    (row,) = report.rows_behind(("2027", MEMBER_T), "at_risk")
    assert (row["name"], row["standing"], row["amount"]) == ("Half", "suspended", Decimal("31800.00"))


def test_an_exempt_body_counts_and_comes_to_nothing(filled):
    filled.exemptions.grant("Half", since=date(2026, 1, 1), until=date(2030, 12, 31), reason="reciprocity")
    report = filled.reports.revenue_forecast(years=1)
    (row,) = [row for row in report if row["membership"] == MEMBER_T]
    assert (row["memberships"], row["exempt"], row["amount"]) == (1, 1, 0)


def test_a_region_narrows_and_odd_numbers_of_years_are_refused(filled):
    assert figures(filled.reports.revenue_forecast(years=1, region="Africa")) == {
        ("2026", ACADEMIA): Decimal("1987.50")
    }
    for years in (0, 21):
        with pytest.raises(InvalidInput):
            filled.reports.revenue_forecast(years=years)
