"""Importing memberships: events of the ledger, only where they fit."""

from datetime import date
from fractions import Fraction

import pytest
from support.imports import csv_file, everything

from crm.imports.verdicts import ProblemKind

HEADER = ("Member", "Type", "Sector", "SG", "Since", "Until")
MAPPING = {"organization": "Member", "category": "Type", "sector": "Sector", "study_group": "SG"}
MAPPING |= {"since": "Since", "until": "Until"}
ACME = ("Acme Satellites", "Associate", "T", "SG13", "2020-01-01", "")
BETA = ("Beta Cloud", "sector member", "ITU-D", "", "2021-05-01", "31.12.2023")


def bring_in(book, *rows, **how):
    return book.imports.terms(csv_file(*rows, header=HEADER), MAPPING, **how)


def verdicts(report):
    return [row.verdict.value for row in report.rows]


def terms(book, key):
    return [(t.category, t.coverage, t.study_group, t.since_on, t.until_on) for t in book.terms.of(key)]


def test_a_row_becomes_a_membership(book, accounts):
    report = bring_in(book, ACME, BETA, synthetic=True, source_name="member list")
    assert verdicts(report) == ["create", "create"]
    assert terms(book, "Acme Satellites") == [("associate", "T", "T-SG13", date(2020, 1, 1), None)]
    assert terms(book, "Beta Cloud") == [("sector_member", "D", None, date(2021, 5, 1), date(2023, 12, 31))]
    (join,) = book.terms.ledger("Acme Satellites")
    assert (join.source, join.synthetic, join.recorded_by) == ("member list", True, book.actor)


def test_importing_the_same_file_twice_adds_no_event(book, accounts):
    bring_in(book, ACME, BETA)
    before = everything(book)
    assert verdicts(bring_in(book, ACME, BETA)) == ["match", "match"]
    assert everything(book)["membership_event"] == before["membership_event"]


def test_a_dry_run_says_the_same(book, accounts):
    rows = [ACME, BETA, BETA, ("Gamma Fibre", "associate", "T", "", "2020-01-01", "")]
    before = everything(book)
    dry = bring_in(book, *rows, dry_run=True)
    assert everything(book) == before
    real = bring_in(book, *rows)
    assert [(r.verdict, r.notes, r.problems) for r in dry.rows] == [
        (r.verdict, r.notes, r.problems) for r in real.rows
    ]
    assert verdicts(real) == ["create", "create", "match", "refuse"]


def test_events_of_the_ledger_are_imported_by_their_kind(book, accounts):
    header = ("Member", "What", "Type", "Sector", "On")
    mapping = {
        "organization": "Member",
        "event": "What",
        "category": "Type",
        "sector": "Sector",
        "since": "On",
    }
    source = csv_file(
        ("Acme Satellites", "join", "associate", "T", "2020-01-01"),
        ("Acme Satellites", "upgrade", "", "T", "2022-01-01"),
        ("Acme Satellites", "denunciation", "", "T", "2024-01-01"),
        ("Acme Satellites", "upgrade", "", "R", "2024-01-01"),
        header=header,
    )
    whole = {"columns": mapping}
    report = book.imports.terms(source, whole)
    assert verdicts(report) == ["refuse", "refuse", "refuse", "refuse"]
    assert next(iter(report.rows)).problems[0].field == "study_group"

    book.terms.join("Acme Satellites", "associate", sector="T", study_group="SG13", on=date(2020, 1, 1))
    source.seek(0)
    assert verdicts(book.imports.terms(source, whole, source_name="again")) == [
        "refuse",
        "create",
        "create",
        "refuse",
    ]
    assert [t[0] for t in terms(book, "Acme Satellites")] == ["associate", "sector_member"]


def test_a_renewal_is_a_remark_and_for_a_suspension_it_is_said_what_to_import_instead(book, accounts):
    bring_in(book, ACME)
    mapping = {
        "columns": {"organization": "Member", "event": "What", "since": "On"},
        "constants": {"sector": "T"},
    }
    header = ("Member", "What", "On")
    renewed = ("Acme Satellites", "renewal", "2021-01-01")
    rows = [
        renewed,
        ("Acme Satellites", "Suspension", "2022-10-01"),
        ("Acme Satellites", "suspended", "2023-10-01"),
    ]
    report = book.imports.terms(csv_file(*rows, header=header), mapping)
    assert verdicts(report) == ["create", "refuse", "refuse"]
    assert terms(book, "Acme Satellites") == [("associate", "T", "T-SG13", date(2020, 1, 1), None)]
    assert [event.kind for event in book.terms.ledger("Acme Satellites")] == ["join", "renewal"]
    for row in report.refused:
        (problem,) = row.problems
        assert (problem.field, problem.kind) == ("event", ProblemKind.INVALID)
        assert "as standing (standing: suspended)" in problem.fix

    columns = {"columns": {"organization": "Member", "as_of": "On"}, "constants": {"standing": "suspended"}}
    book.imports.standing(csv_file(*rows[1:], header=header), columns)
    assert book.standing.of("Acme Satellites", on=date(2023, 10, 1)).standing == "suspended"


def test_a_further_sector_is_understood_by_what_other_systems_call_it(book, accounts):
    bring_in(book, ACME)
    columns = {
        "organization": "Member",
        "event": "What",
        "category": "Type",
        "sector": "Sector",
        "since": "On",
    }
    row = ("Acme Satellites", "Cross-sell", "sector member", "D", "2021-01-01")
    book.imports.terms(csv_file(row, header=columns.values()), columns)
    assert [event.kind for event in book.terms.ledger("Acme Satellites")] == ["join", "further_sector"]


def test_a_class_is_imported_and_a_file_without_one_leaves_it(book, accounts):
    header = ("Member", "What", "Class", "Since")
    rows = [
        ("Acme Satellites", "join", "1/2", "2020-01-01"),
        ("Acme Satellites", "class change", "1 1/2", "2022-01-01"),
    ]
    columns = {"organization": "Member", "event": "What", "units": "Class", "since": "Since"}
    whole = {"columns": columns, "constants": {"category": "sector member", "sector": "T"}}
    assert verdicts(book.imports.terms(csv_file(*rows, header=header), whole)) == ["create", "create"]
    assert [t.units for t in book.terms.of("Acme Satellites")] == [Fraction(1, 2), Fraction(3, 2)]
    assert verdicts(bring_in(book, ("Acme Satellites", "sector member", "T", "", "2020-01-01", ""))) == [
        "match"
    ]


@pytest.mark.parametrize(
    ("category", "units"), [("associate", "1/2"), ("sector member", "a third"), ("sector member", "0")]
)
def test_a_class_that_cannot_be_is_refused(book, accounts, category, units):
    mapping = {"organization": "Member", "units": "Class", "since": "Since"}
    group = {"study_group": "SG13"} if category == "associate" else {}
    whole = {"columns": mapping, "constants": {"category": category, "sector": "T", **group}}
    source = csv_file(("Beta Cloud", units, "2020-01-01"), header=("Member", "Class", "Since"))
    (row,) = book.imports.terms(source, whole).refused
    assert row.problems[0].field == "units"


def test_the_end_of_a_membership_that_goes_on_is_added(book, accounts):
    bring_in(book, ACME)
    (row,) = bring_in(book, (*ACME[:5], "2024-06-30")).updated
    assert row.subject_id == book.terms.of("Acme Satellites")[0].id
    assert terms(book, "Acme Satellites")[0][-1] == date(2024, 6, 30)
    assert verdicts(bring_in(book, (*ACME[:5], "2024-06-30"))) == ["match"]


def test_never_adds_no_end(book, accounts):
    bring_in(book, ACME)
    (row,) = bring_in(book, (*ACME[:5], "2024-06-30"), update="never").matched
    assert row.notes[0].field == "until"
    assert terms(book, "Acme Satellites")[0][-1] is None


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (("Acme Satellites", "sector member", "T", "", "2022-01-01", ""), ProblemKind.RULE),
        (("Beta Cloud", "associate", "T", "", "2020-01-01", ""), ProblemKind.INVALID),
        (("Beta Cloud", "associate", "", "SG13", "2020-01-01", ""), ProblemKind.INVALID),
        (("Beta Cloud", "", "T", "", "2020-01-01", ""), ProblemKind.INVALID),
        (("Beta Cloud", "friend", "T", "", "2020-01-01", ""), ProblemKind.UNKNOWN),
        (("Beta Cloud", "sector member", "T", "SG99", "2020-01-01", ""), ProblemKind.UNKNOWN),
        (("Beta Cloud", "sector member", "T", "", "", ""), ProblemKind.MISSING),
        (("Beta Cloud", "sector member", "T", "", "2020-01-01", "2019-01-01"), ProblemKind.INVALID),
        (("Nobody", "sector member", "T", "", "2020-01-01", ""), ProblemKind.UNKNOWN),
    ],
)
def test_wish_10_what_does_not_fit_is_refused_alone(book, accounts, row, kind):
    bring_in(book, ACME)
    report = bring_in(book, row, ("Gamma Fibre", "academia", "", "", "2020-01-01", ""))
    assert verdicts(report) == ["refuse", "create"]
    assert next(iter(report.refused)).problems[0].kind is kind
    assert terms(book, "Gamma Fibre")[0][1] == "RTD"


def test_members_are_found_by_the_sources_own_keys(book, accounts):
    mapping = {
        "columns": {"key": "No", "since": "Since"},
        "constants": {"category": "sector member", "sector": "R"},
    }
    source = csv_file(("2", "2020-01-01"), header=("No", "Since"))
    book.imports.terms(source, mapping, source_name="registry")
    assert terms(book, "Beta Cloud")[0][:2] == ("sector_member", "R")


def test_a_name_that_fits_several_is_left_with_the_candidates(book, accounts):
    book.organizations.add("Beta Cloud", country="DE")
    (row,) = bring_in(book, BETA).unsure
    assert len(row.candidates) == 2
