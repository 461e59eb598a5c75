"""Importing people: who is new, who is known, and what cannot be told."""

from datetime import date

import pytest
from support.imports import csv_file, decide, everything

from crm.imports.verdicts import NoteKind

HEADER = ("Name", "Mail", "At", "Role", "Phone", "Focal", "Since", "Until", "Language")
MAPPING = {"name": "Name", "email": "Mail", "organization": "At", "role": "Role", "phone": "Phone"}
MAPPING |= {"focal_point": "Focal", "since": "Since", "until": "Until", "language": "Language"}


def people(*rows):
    return csv_file(*[(*row, *[""] * (len(HEADER) - len(row))) for row in rows], header=HEADER)


def verdicts(report):
    return [row.verdict.value for row in report.rows]


def bring_in(book, *rows, **how):
    return book.imports.people(people(*rows), MAPPING, **how)


def test_what_a_row_states_stands_in_the_book(book, accounts):
    row = ("Amina Odhiambo", "Amina@Acme.example", "Acme Satellites", "Head of regulation", "+254 20 1")
    (found,) = bring_in(book, (*row, "yes", "2024-01-01", "", "fr")).created
    amina = book.people.get("amina@acme.example")
    assert (amina.id, amina.name, amina.phone, amina.language) == (found.subject_id, row[0], row[4], "fr")
    (position,) = book.people.positions(amina)
    assert (position.role, position.focal_point, position.since_on) == (row[3], True, date(2024, 1, 1))
    assert book.people.at("Acme Satellites") == (amina,)


def test_importing_the_same_file_twice_adds_nothing(book, accounts):
    rows = [
        ("Amina", "a@acme.example", "Acme Satellites", "Head"),
        ("Bob", "", "Beta Cloud"),
        ("Carla", "c@x.example"),
    ]
    bring_in(book, *rows)
    before = everything(book)
    assert verdicts(bring_in(book, *rows)) == ["match"] * 3
    assert everything(book)["person"] == before["person"]
    assert everything(book)["position"] == before["position"]


def test_an_account_may_be_named_by_the_sources_own_key(book, accounts):
    mapping = {"name": "Name", "key": "No"}
    source = csv_file(("Amina", "1"), ("Bob", "9"), header=("Name", "No"))
    report = book.imports.people(source, mapping, source_name="registry")
    assert verdicts(report) == ["create", "refuse"]
    assert [person.name for person in book.people.at("Acme Satellites")] == ["Amina"]


def test_rows_of_one_file_find_each_other(book, accounts):
    rows = [
        ("Amina", "a@x.example", "Acme Satellites"),
        ("A. Odhiambo", "A@X.example", "Beta Cloud", "Adviser"),
    ]
    first, second = bring_in(book, *rows).rows
    assert (second.verdict, second.subject_id) == ("update", first.subject_id)
    assert len(book.people.positions(first.subject_id)) == 2


def test_an_address_that_the_book_lacks_is_filled(book, accounts):
    bob = book.people.add("Bob", at="Beta Cloud")
    (row,) = bring_in(book, ("Bob", "bob@beta.example", "Beta Cloud")).updated
    assert row.subject_id == bob.id
    assert book.people.get("bob@beta.example").id == bob.id


def test_a_position_that_is_known_is_filled_and_compared(book, accounts):
    book.people.add("Bob", email="b@beta.example", at="Beta Cloud", since=date(2020, 1, 1))
    row = ("Bob", "b@beta.example", "Beta Cloud", "Clerk", "", "yes", "2021-01-01")
    (found,) = bring_in(book, row).rows
    (position,) = book.people.positions("b@beta.example")
    assert (position.role, position.focal_point, position.since_on) == ("Clerk", True, date(2020, 1, 1))
    assert {(note.kind, note.field) for note in found.notes} == {
        (NoteKind.FILLED, "role"),
        (NoteKind.FILLED, "focal_point"),
        (NoteKind.DIFFERS, "since_on"),
    }


def test_a_further_position_is_added_beside_the_one_there_is(book, accounts):
    book.people.add("Bob", email="b@beta.example", at="Beta Cloud")
    assert verdicts(bring_in(book, ("Bob", "b@beta.example", "Gamma Fibre", "Adviser"))) == ["update"]
    assert len(book.people.positions("b@beta.example")) == 2


def test_overwriting_keeps_the_former_values_with_the_row(book, accounts):
    bob = book.people.add("Bob", email="b@beta.example", phone="1")
    bring_in(book, ("Robert", "b@beta.example", "", "", "2"), update="overwrite")
    assert (book.people.get(bob.id).name, book.people.get("Robert").phone) == ("Robert", "2")
    changed = book.history(bob)[-1]
    assert (changed.verb, changed.before["name"], changed.before["phone"]) == ("people.imported", "Bob", "1")


def test_never_changes_nobody(book, accounts):
    book.people.add("Bob", email="b@beta.example")
    report = bring_in(book, ("Bob", "b@beta.example", "Beta Cloud", "", "2"), update="never")
    assert verdicts(report) == ["match"]
    assert book.people.positions("b@beta.example") == ()
    assert book.people.get("b@beta.example").phone is None


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ([("Bob", None, "Beta Cloud"), ("Bob", None, "Beta Cloud")], ("Bob", "", "Beta Cloud")),
        ([("Bob", None, "Gamma Fibre")], ("Bob", "", "Beta Cloud")),
        ([("Bob", None, None), ("Bob", None, None)], ("Bob",)),
        ([("Bob", "other@beta.example", "Beta Cloud")], ("Bob", "bob@beta.example", "Beta Cloud")),
    ],
    ids=["two of the name", "a namesake elsewhere", "a bare name twice", "another address"],
)
def test_who_cannot_be_told_is_left_with_the_candidates(book, accounts, known, row):
    held = [book.people.add(name, email=email, at=at) for name, email, at in known]
    (found,) = bring_in(book, row).unsure
    assert [candidate.split()[0] for candidate in found.candidates] == [str(person.id) for person in held]
    assert everything(book)["person"] == len(held)


def test_a_person_decides_who_it_is(book, accounts, tmp_path):
    bob = book.people.add("Bob", email="other@beta.example", at="Beta Cloud")
    rows = [("Bob", "bob@beta.example", "Beta Cloud"), ("Bob", "rob@beta.example", "Beta Cloud")]
    bring_in(book, *rows).to_csv_refused(tmp_path / "unsure.csv")
    decide(tmp_path / "unsure.csv", str(bob.id), "new")
    report = book.imports.people(tmp_path / "unsure.csv", MAPPING, update="overwrite")
    assert verdicts(report) == ["update", "create"]
    assert book.people.get("bob@beta.example").id == bob.id
    assert book.people.get("rob@beta.example").id != bob.id


def test_a_bare_name_that_one_person_bears_is_that_person(book, accounts):
    bob = book.people.add("Bob", email="b@beta.example")
    (row,) = bring_in(book, ("BOB",)).matched
    assert row.subject_id == bob.id


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("", "a@x.example"), "name"),
        (("Amina", "no address"), "email"),
        (("Amina", "", "Nobody & Co"), "organization"),
        (("Amina", "", "", "Head"), "organization"),
        (("Amina", "", "Beta Cloud", "", "", "perhaps"), "focal_point"),
        (("Amina", "", "Beta Cloud", "", "", "", "03/04/2024"), "since"),
        (("Amina", "", "Beta Cloud", "", "", "", "2024-01-01", "2023-01-01"), "until"),
        (("Amina", "", "", "", "", "", "", "", "klingon"), "language"),
    ],
)
def test_wish_10_what_is_wrong_is_told_with_its_field(book, accounts, row, field):
    report = bring_in(book, row, ("Bob", "b@beta.example"))
    (refused,) = report.refused
    assert [problem.field for problem in refused.problems] == [field]
    assert refused.problems[0].fix
    assert len(report.created) == 1
