"""It is 26 November 2026. 2026 is invoiced; since then Acme became an Associate, and an exempt body and Zeta joined."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.books import MakeBook, books_on

from crm.clock import SetClock
from crm.errors import InvalidInput

LONG_AGO = date(2020, 1, 1)


@pytest.fixture(scope="module")
def members(server):
    with books_on(server) as url:
        make = MakeBook(url, SetClock(datetime(2026, 11, 26, 9, tzinfo=UTC)))
        book = make()
        acme = book.organizations.add("Acme", country="CH")
        beta = book.organizations.add("Beta", country="KE")
        book.terms.join(acme, "sector_member", sector="T", units="1/2", on=LONG_AGO)
        book.terms.join(beta, "sector_member", sector="D", on=LONG_AGO)
        book.dues.assess(2026, issued_on=date(2025, 9, 15))
        book.terms.denounce(acme, sector="T", on=date(2026, 7, 1), reason="costs")
        book.terms.join(acme, "associate", sector="R", study_group="R-SG4", on=date(2026, 10, 1))
        union = book.organizations.add("Radio Union", country="CH", kind="international")
        book.terms.join(union, "sector_member", sector="R", on=LONG_AGO)
        book.exemptions.grant(union, since=LONG_AGO, until=date(2026, 12, 31), reason="Council, reciprocity")
        yield book
        make.close()


def by_account(report, *keys):
    return {row["account"]: tuple(row[key] for key in keys) for row in report}


def test_who_is_charged_what_for_what_given_back_or_exempt_stands_before_anything_is_written(members):
    report = members.reports.dues_assessment(year=2026)
    keys = ("charged", "given_back", "invoice", "unverified", "assumed", "exempt", "why")
    assert by_account(report, *keys) == {
        "Acme": (2650, -15900, -13250, 2650, 0, None, None),
        "Radio Union": (0, 0, 0, 0, 0, 12, "Council, reciprocity"),
    }
    (acme,) = by_account(report, "for")["Acme"]
    assert "Credit: Sector Member in ITU-T, 1/2 unit, " in acme
    assert "Associate in ITU-R" in acme
    assert "Of 4 memberships that run in 2026, 2 have nothing left to charge" in report.denominator


def test_it_is_what_the_assessment_would_write(members):
    for year in (2026, 2027):
        report, dry = members.reports.dues_assessment(year=year), members.dues.assess(year, dry_run=True)
        assert report.total("invoice") == dry.amount
        assert report.total("given_back") == dry.given_back
        assert report.total("unverified") == dry.unverified
        assert report.total("assumed") == dry.assumed
        # In 2026 what Acme is given back of one Sector stands beside the invoice of the other.
        assert sum(row["for"] is not None for row in report) == dry.invoices - (year == 2026)
    assert members.reports.dues_assessment().filters["year"] == "2027"


def test_a_class_that_is_assumed_and_the_lines_are_told(members):
    report = members.reports.dues_assessment(year=2027)
    assert by_account(report, "assumed", "for")["Beta"] == (1, "Sector Member in ITU-D, lowest class, 2027")
    row = next(row for row in report if row["account"] == "Beta")
    (line,) = report.rows_behind(row, "charged")
    assert (line["months"], line["amount"], line["certainty"]) == (12, Decimal(3975), "unverified")
    assert line["rule"]
    assert line["basis"]
    assert not report.rows_behind(row, "given_back").rows
    checks = {row["check"]: (row["missing"], row["of"]) for row in members.reports.data_quality()}
    assert checks["Class of contribution"] == (2, 2)


def test_another_year_and_region_can_be_asked_for(members):
    assert by_account(members.reports.dues_assessment(year=2027, region="Africa"), "country") == {
        "Beta": ("KEN",)
    }
    with pytest.raises(InvalidInput, match="no year"):
        members.reports.dues_assessment(year=99_999)


def test_each_member_state_is_a_row_charged_or_not_and_why(members):
    members.organizations.add("Administration of Kenya", kind="administration", country="KEN")
    report = members.reports.contributions_assessment(year=2027)
    dry = members.contributions.assess(2027, dry_run=True)
    assert len(report) == 194
    assert (report.total("invoice"), report.total("due")) == (dry.amount, dry.due)
    rows = {row["code"]: row for row in report}
    kenya = rows["KEN"]
    assert (kenya["class"], kenya["charged"], kenya["remark"]) == ("1", 318000, None)
    assert kenya["for"] == "Contribution as a Member State, 1 unit, 2027"
    assert rows["FRA"]["remark"] == "its administration is not in the book"
    (line,) = report.rows_behind("KEN", "invoice")
    assert line["amount"] == 318000
    members.contributions.assess(2027)
    again = {row["code"]: row for row in members.reports.contributions_assessment(year=2027)}
    assert (again["KEN"]["invoice"], again["KEN"]["remark"]) == (0, "invoiced before")
