"""What an import takes over into organisations that the book holds, by its policy."""

import pytest
from support.imports import csv_file, decide, everything

from crm.errors import InvalidInput
from crm.imports.verdicts import NoteKind, Verdict

HEADER = ("Company", "HQ", "Staff", "LEI", "Web", "Domains", "Also", "French", "No")
MAPPING = {"name": "Company", "country": "HQ", "employees": "Staff", "lei": "LEI", "website": "Web"}
MAPPING |= {"domains": "Domains", "aliases": "Also", "name_fr": "French", "key": "No"}
FULL = ("Acme", "KE", "400", "529900T8BM49AURSDO55", "acme.example", "acme.example", "Acme Ltd", "Acmé", "7")


def bring_in(book, *rows, **how):
    return book.imports.organizations(csv_file(*rows, header=HEADER), MAPPING, source_name="registry", **how)


def notes(report):
    return {(note.kind, note.field) for row in report.rows for note in row.notes}


def names(book, key):
    return {(n.name, n.kind.value, n.language) for n in book.organizations.names(key)}


def test_what_the_book_has_empty_is_filled(book):
    acme = book.organizations.add("Acme", country="KE")
    report = bring_in(book, FULL)
    assert [(row.verdict, row.subject_id) for row in report.rows] == [(Verdict.UPDATE, acme.id)]
    found = book.organizations.get(acme.id)
    assert (found.employees, found.lei, found.website) == (400, FULL[3], FULL[4])
    assert names(book, acme) == {
        ("Acme", "legal", None),
        ("Acme Ltd", "alias", None),
        ("Acmé", "display", "fr"),
    }
    assert book.organizations.get("acme.example").id == acme.id
    assert {field for kind, field in notes(report) if kind is NoteKind.FILLED} == {
        "employees",
        "lei",
        "website",
        "aliases",
        "domains",
        "key",
    }
    assert [row.verdict for row in bring_in(book, FULL).rows] == [Verdict.MATCH]


def test_what_differs_is_noted_and_stays(book):
    book.organizations.add("Acme", country="KE", employees=300)
    report = book.imports.organizations(
        csv_file(("Acme", "KE", "400"), header=HEADER[:3]),
        {"name": "Company", "country": "HQ", "employees": "Staff"},
    )
    assert (len(report.matched), notes(report)) == (1, {(NoteKind.DIFFERS, "employees")})
    assert book.organizations.get("Acme").employees == 300


def test_overwriting_replaces_and_keeps_the_former_legal_name_as_an_alias(book):
    bring_in(book, FULL)
    row = ("Acme Group", "FR", "500", *FULL[3:])
    report = bring_in(book, row, update="overwrite")
    acme = book.organizations.get("Acme Group")
    assert (acme.name, acme.country, acme.employees) == ("Acme Group", "FRA", 500)
    assert {("Acme Group", "legal", None), ("Acme", "alias", None)} <= names(book, acme)
    assert {(NoteKind.REPLACED, "name"), (NoteKind.REPLACED, "country")} <= notes(report)
    assert [r.verdict for r in bring_in(book, row, update="overwrite").rows] == [Verdict.MATCH]


def test_overwriting_back_leaves_each_name_once(book):
    bring_in(book, FULL)
    bring_in(book, ("Acme Group", *FULL[1:]), update="overwrite")
    bring_in(book, FULL, update="overwrite")
    kinds = {(name, kind) for name, kind, _ in names(book, "Acme")}
    assert {("Acme", "legal"), ("Acme Group", "alias")} <= kinds


def test_never_changes_nothing(book):
    book.organizations.add("Acme", country="KE")
    before = everything(book)
    report = bring_in(book, FULL, update="never")
    assert (len(report.matched), book.organizations.get("Acme").employees) == (1, None)
    after = everything(book)
    assert {t: after[t] for t in ("organization_name", "organization_domain", "source_key")} == {
        t: before[t] for t in ("organization_name", "organization_domain", "source_key")
    }


def test_an_empty_cell_empties_nothing(book):
    bring_in(book, FULL)
    bring_in(book, ("Acme", "KE", "", "", "", "", "", "", "7"), update="overwrite")
    assert book.organizations.get("Acme").employees == 400


def test_the_history_of_an_account_shows_what_an_import_changed_in_it(book):
    acme = book.organizations.add("Acme", country="KE")
    report = bring_in(book, FULL)
    _, changed = book.history(acme)
    assert (changed.verb, changed.before["employees"]) == ("organizations.imported", None)
    assert (changed.after["employees"], changed.batch_id) == (400, report.batch_id)


def test_a_later_row_of_the_file_fills_what_an_earlier_one_left_empty(book):
    report = bring_in(book, ("Acme", "KE", *[""] * 7), FULL)
    assert [row.verdict for row in report.rows] == [Verdict.CREATE, Verdict.UPDATE]
    assert book.organizations.get("Acme").employees == 400


def test_a_policy_that_does_not_exist_is_refused(book):
    with pytest.raises(InvalidInput) as refused:
        bring_in(book, FULL, update="merge")
    assert refused.value.candidates == ("fill", "overwrite", "never")


def test_a_dry_run_of_updates_says_the_same(book):
    book.organizations.add("Acme", country="KE", employees=300)
    rows = [FULL, ("Acme", "", *[""] * 7), ("Beta", "FR", *[""] * 7)]
    before = everything(book)
    dry = bring_in(book, *rows, dry_run=True, update="overwrite")
    assert everything(book) == before
    real = bring_in(book, *rows, update="overwrite")
    assert [(r.verdict, r.notes, r.problems) for r in dry.rows] == [
        (r.verdict, r.notes, r.problems) for r in real.rows
    ]


def test_a_person_decides_which_organisation_a_row_is(book, tmp_path):
    first = book.organizations.add("Acme")
    rows = [("Acme", "KE", *[""] * 7), ("Acme", "FR", *[""] * 7)]
    report = bring_in(book, *rows)
    assert [row.verdict for row in report.rows] == [Verdict.UNSURE] * 2
    assert [row.candidates for row in report.unsure] == [(f"{first.id} Acme (no country)",)] * 2
    report.to_csv_refused(tmp_path / "unsure.csv")
    decide(tmp_path / "unsure.csv", str(first.id), "new")
    again = book.imports.organizations(tmp_path / "unsure.csv", MAPPING, source_name="registry")
    assert [row.verdict for row in again.rows] == [Verdict.UPDATE, Verdict.CREATE]
    assert book.organizations.get(first.id).country == "KEN"
    assert len(list(book.organizations)) == 2


def test_a_decision_for_what_is_not_there_is_told(book, tmp_path):
    mapping, header = {"name": "Company", "id": "Accord id"}, ("Company", "Accord id")
    (row,) = book.imports.organizations(csv_file(("Acme", "4711"), header=header), mapping).refused
    assert row.problems[0].field == "id"
