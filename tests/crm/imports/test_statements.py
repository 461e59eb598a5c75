"""Importing standing, participation and interactions."""

from datetime import UTC, date, datetime

import pytest
from support.imports import csv_file, decide, everything

from crm.imports.verdicts import NoteKind

STANDING = {"organization": "Member", "standing": "Status", "punctuality": "Pays", "as_of": "Date"}


def verdicts(report):
    return [row.verdict.value for row in report.rows]


def standing(book, *rows, **how):
    source = csv_file(*rows, header=("Member", "Status", "Pays", "Date"))
    return book.imports.standing(source, STANDING, source_name="finance extract", **how)


def test_a_finance_extract_says_how_accounts_stand(book, accounts):
    rows = [
        ("Acme Satellites", "Good", "on time", "2026-10-31"),
        ("Beta Cloud", "application pending", "", "2026-10-31"),
    ]
    assert verdicts(standing(book, *rows)) == ["create", "create"]
    found = book.standing.of("Acme Satellites")
    assert (found.standing, found.punctuality, found.source) == ("good", "on_time", "finance extract")
    assert verdicts(standing(book, *rows)) == ["match", "match"]


def test_what_was_stated_is_filled_and_differences_are_noted(book, accounts):
    standing(book, ("Beta Cloud", "good", "", "2026-10-31"))
    (row,) = standing(book, ("Beta Cloud", "arrears", "late", "2026-10-31")).updated
    assert {(n.kind, n.field) for n in row.notes} == {
        (NoteKind.FILLED, "punctuality"),
        (NoteKind.DIFFERS, "standing"),
    }
    found = book.standing.of("Beta Cloud")
    assert (found.standing, found.punctuality) == ("good", "late")
    standing(book, ("Beta Cloud", "arrears", "", "2026-10-31"), update="overwrite")
    assert book.standing.of("Beta Cloud").standing == "arrears"


def test_a_statement_is_filled_once_however_far_apart_its_rows_are(book, accounts):
    standing(book, ("Beta Cloud", "good", "", "2026-10-31"))
    late = ("Beta Cloud", "good", "late", "2026-10-31")
    rows = [late, *[("Nobody", "good", "", "2026-10-31")] * 1000, late]
    dry, real = standing(book, *rows, dry_run=True), standing(book, *rows)
    assert [verdicts(report)[0::1001] for report in (dry, real)] == [["update", "match"]] * 2


def test_a_person_decides_whose_standing_it_is(book, accounts, tmp_path):
    twin = book.organizations.add("Beta Cloud", country="DE")
    standing(book, ("Beta Cloud", "good", "", "2026-10-31")).to_csv_refused(tmp_path / "unsure.csv")
    decide(tmp_path / "unsure.csv", str(twin.id))
    report = book.imports.standing(tmp_path / "unsure.csv", STANDING, source_name="finance extract")
    assert verdicts(report) == ["create"]
    assert book.standing.of(twin).standing == "good"


def test_wish_10_a_statement_that_says_nothing_is_refused_alone(book, accounts):
    rows = [
        ("Acme Satellites", "fine", "", "2026-10-31"),
        ("Acme Satellites", "good", "", ""),
        ("", "good", "", "x"),
    ]
    report = standing(book, *rows, ("Gamma Fibre", "good", "", "2026-10-31"))
    assert verdicts(report) == ["refuse"] * 3 + ["create"]
    assert [p.field for row in report.refused for p in row.problems] == [
        "standing",
        "as_of",
        "as_of",
        "organization",
    ]


PARTICIPATION = {"organization": "Member", "study_group": "Group", "kind": "How", "on": "Day"}


def test_what_accounts_did_in_study_groups_is_recorded_once(book, accounts):
    row = ("Acme Satellites", "ITU-T SG17", "attended", "2026-09-08")
    source = csv_file(row, row, (*row[:2], "slept", row[3]), header=tuple(PARTICIPATION.values()))
    report = book.imports.participation(source, PARTICIPATION, source_name="list of participants")
    assert verdicts(report) == ["create", "match", "refuse"]
    (found,) = book.participation.of("Acme Satellites")
    assert (found.study_group, found.source) == ("T-SG17", "list of participants")


INTERACTIONS = {"organization": "Account", "kind": "Type", "at": "When", "summary": "Notes", "people": "With"}
INTERACTIONS |= {"staff": "By", "next": "Next", "due": "Due"}
HEADER = tuple(INTERACTIONS.values())
MEETING = (
    "Acme Satellites",
    "meeting",
    "2026-03-01T10:00+03:00",
    "Wants spectrum\naccess",
    "amina@acme.example",
)


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Reyes", email="dana@accord.example", office="BDT")


def log(book, *rows, mapping=INTERACTIONS):
    return book.imports.interactions(csv_file(*rows, header=HEADER), mapping)


def test_a_meeting_comes_with_who_took_part_and_the_next_step(book, accounts, dana):
    amina = book.people.add("Amina", email="amina@acme.example", at="Acme Satellites")
    (row,) = log(book, (*MEETING, "Dana Reyes", "send the fee table", "2026-03-15")).created
    logged = book.interactions.get(row.subject_id)
    assert logged.interaction.at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert (logged.interaction.summary, logged.interaction.office) == ("Wants spectrum\naccess", "BDT")
    for words, record in (("spectrum access", "interaction"), ("fee table", "follow_up")):
        (found,) = book.search(words)
        assert found.refers_to.partition(":")[0] == record
    assert (logged.people, logged.staff) == ((amina,), (dana,))
    assert (logged.next.what, logged.next.due_on, logged.next.owner_id) == (
        "send the fee table",
        date(2026, 3, 15),
        dana.id,
    )


def test_what_is_on_record_is_not_logged_twice(book, accounts):
    book.people.add("Amina", email="amina@acme.example")
    row = (*MEETING, "", "send", "")
    assert verdicts(log(book, row, row)) == ["create", "match"]
    assert verdicts(log(book, row)) == ["match"]
    assert everything(book)["follow_up"] == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ((*MEETING[:4], "nobody@acme.example", "", "", ""), "people"),
        ((*MEETING[:4], "", "Nobody", "", ""), "staff"),
        ((*MEETING[:2], "2026-03-01 10:00", "x", "", "", "", ""), "at"),
        ((*MEETING[:4], "", "", "", "2026-03-15"), "next"),
        ((*MEETING[:3], "", "", "", "", ""), "summary"),
        (("Acme Satellites", "lunch", *MEETING[2:4], "", "", "", ""), "kind"),
    ],
)
def test_wish_10_what_is_wrong_with_an_interaction_is_told(book, accounts, row, field):
    report = log(book, row, ("Beta Cloud", "call", "2026-03-02", "Hello", "", "", "", ""))
    assert verdicts(report) == ["refuse", "create"]
    assert next(iter(report.refused)).problems[0].field == field


def test_times_without_an_offset_are_those_of_a_stated_zone(book, accounts):
    mapping = {"columns": INTERACTIONS, "constants": {"time_zone": "Africa/Nairobi"}}
    row = ("Acme Satellites", "call", "2026-03-01 10:00", "Hello", "", "", "", "")
    (found,) = log(book, row, mapping=mapping).created
    assert book.interactions.get(found.subject_id).interaction.at == datetime(2026, 3, 1, 7, tzinfo=UTC)
