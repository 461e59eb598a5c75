from datetime import date

import pytest
from support.reporting import assert_figures_open_to_their_rows

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def filled(book):
    dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    gone = book.staff.add("Gone", email="gone@accord.example", office="BDT")
    acme = book.organizations.add("Acme", country="KE", segment="cloud", owner=dana)
    book.terms.join(acme, "sector_member", sector="T", on=LONG_AGO)
    book.people.add("Amina", email="amina@acme.example", at=acme, language="en")
    book.bases.record("Amina", "campaigns", "existing_relation", source="application form", on=LONG_AGO)
    book.people.add("Juma", at=acme)
    bare = book.organizations.add("Bare", owner=gone)
    book.roles.give(bare, "prospect")
    book.people.add("Left", at=bare, since=LONG_AGO)
    book.people.leave("Left", bare, on=date(2021, 1, 1))
    book.organizations.add("Nothing to us")
    book.staff.retire(gone, reason="retired")
    return book


def counted(report):
    return {row["check"]: (row["missing"], row["of"]) for row in report}


def test_each_check_counts_what_is_missing_out_of_what(filled):
    assert counted(filled.reports.data_quality()) == {
        "Country": (1, 2),
        "Segment": (1, 2),
        "Account manager": (0, 2),
        "Active account manager": (1, 2),
        "Contact": (1, 2),
        "Standing": (1, 1),
        "Class of contribution": (1, 1),
        "Study group that exists": (0, 0),
        "E-mail address": (1, 2),
        "Language": (1, 2),
        "Basis": (1, 2),
    }


def test_what_is_put_right_no_longer_counts(filled):
    filled.organizations.change("Bare", country="UG", segment="ai", owner="dana@accord.example")
    filled.standing.record("Acme", "good", as_of=LONG_AGO, source="finance")
    filled.people.change("Juma", email="juma@acme.example", language="fr")
    filled.bases.record("Juma", "campaigns", "existing_relation", source="form", on=LONG_AGO)
    report = filled.reports.data_quality()
    assert {check for check, (missing, _) in counted(report).items() if missing} == {
        "Class of contribution",
        "Contact",
    }


def test_its_figures_open_to_their_rows(filled):
    report = filled.reports.data_quality()
    assert_figures_open_to_their_rows(report)
    (juma,) = report.rows_behind("Language", "missing")
    assert (juma["name"], juma["owner"]) == ("Juma", "Dana Novak")


def test_a_region_leaves_out_accounts_without_a_country(filled):
    assert counted(filled.reports.data_quality(region="africa"))["Country"] == (0, 1)


def test_a_ground_that_was_withdrawn_is_missing_from_that_day_on(filled):
    filled.bases.withdraw("Amina", "campaigns", reason="left", on=date(2026, 11, 24))
    assert counted(filled.reports.data_quality())["Basis"] == (2, 2)
    assert counted(filled.reports.data_quality(on=date(2026, 11, 23)))["Basis"] == (1, 2)


def test_an_associate_of_a_study_group_that_has_ended_is_found_with_its_successor(book):
    for name, group in (("Nine", "SG9"), ("Thirteen", "SG13")):
        account = book.organizations.add(name, country="KE")
        book.terms.join(account, "associate", sector="T", study_group=group, on=LONG_AGO)
    report = book.reports.data_quality()
    assert counted(report)["Study group that exists"] == (1, 2)
    assert counted(book.reports.data_quality(on=date(2024, 12, 31)))["Study group that exists"] == (0, 2)
    assert_figures_open_to_their_rows(report)
    (row,) = report.rows_behind("Study group that exists", "missing")
    assert (row["name"], row["found"]) == ("Nine", "T-SG9; its work is now that of T-SG21")
    picked = {"study_group": "SG21", "on": date(2025, 1, 1), "reason": "SG9 was discontinued"}
    book.terms.correct("Nine", **picked)
    assert counted(book.reports.data_quality())["Study group that exists"] == (0, 2)
