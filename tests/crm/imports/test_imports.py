import csv
import io

import pytest
from sqlalchemy import text
from support.imports import COLUMNS, csv_file, everything

from crm.errors import InvalidInput, NotFound
from crm.imports.mapping import ImportMapping
from crm.imports.verdicts import NoteKind, ProblemKind, Verdict

ROWS = [
    ("Acme Satellites", "Kenya"),
    ("Houston Rockets", "Houston, Texas"),
    ("Peach", "Atlanta, Georgia"),
    ("", "FR"),
    ("Windhoek Cloud", "NA"),
    ("Nowhere", ""),
]


def names(book):
    return [organization.name for organization in book.organizations]


def verdicts(report):
    return [(row.row, row.verdict.value) for row in report.rows]


def test_wish_10_one_bad_row_neither_stops_nor_hides_the_others(book):
    report = book.imports.organizations(csv_file(*ROWS), COLUMNS)

    assert verdicts(report) == [
        (2, "create"),
        (3, "create"),
        (4, "refuse"),
        (5, "refuse"),
        (6, "create"),
        (7, "create"),
    ]
    assert names(book) == ["Acme Satellites", "Houston Rockets", "Windhoek Cloud", "Nowhere"]


def test_wish_10_a_refused_row_is_told_with_row_field_value_and_fix(book):
    peach, nameless = book.imports.organizations(csv_file(*ROWS), COLUMNS).refused

    (problem,) = peach.problems
    assert (peach.row, problem.field, problem.value) == (4, "country", "Atlanta, Georgia")
    assert "ISO 3166" in problem.fix
    assert [candidate[:13] for candidate in problem.candidates] == ["Georgia (GEO)", "United States"]
    (problem,) = nameless.problems
    assert (nameless.row, problem.field, problem.kind) == (5, "name", ProblemKind.MISSING)


def test_wish_10_refused_rows_are_written_out_corrected_and_imported_again(book, tmp_path):
    path = tmp_path / "refused.csv"
    report = book.imports.organizations(csv_file(*ROWS), COLUMNS)
    assert report.to_csv_refused(path) == 2

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["accord_row"] == "4"
    assert "Georgia (GEO)" in rows[0]["accord_problem"]
    rows[0]["HQ"] = "US"
    rows[1]["Company"] = "Named now"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    again = book.imports.organizations(path, COLUMNS)
    assert verdicts(again) == [(2, "create"), (3, "create")]
    assert again.header == ("Company", "HQ")
    assert names(book)[-2:] == ["Peach", "Named now"]


def test_refused_rows_come_out_as_they_went_in(book, tmp_path):
    rows = [
        ("=1+1", "Narnia", " spaced "),
        ("'=quoted", "Narnia", "@SUM(A1)"),
        ('two\nlines, "quoted"', "Narnia", "＝1"),
        ("-5", "Narnia", "00123"),
    ]
    header = ("Company", "HQ", "+more")
    book.imports.organizations(csv_file(*rows, header=header), COLUMNS).to_csv_refused(tmp_path / "1.csv")
    again = book.imports.organizations(tmp_path / "1.csv", COLUMNS)

    assert again.header == header
    assert [row.cells for row in again.left] == rows
    again.to_csv_refused(tmp_path / "2.csv")
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_no_cell_of_the_refused_rows_is_a_formula(book, tmp_path):
    rows = [(sign + "1", "Narnia") for sign in ("=", "+", "-", "@", "\t=", "＝", "|")]
    book.imports.organizations(csv_file(*rows), COLUMNS).to_csv_refused(tmp_path / "out.csv")
    written = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert all(row[0].startswith("'") for row in written[1:])


def test_a_row_with_too_many_cells_loses_none_of_them(book, tmp_path):
    source = io.BytesIO(b"Company,HQ\nAcme,KE,and,more\n")
    book.imports.organizations(source, COLUMNS).to_csv_refused(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["Company"], row["HQ"], row["accord_surplus"]) == ("Acme", "KE", "and | more")


def test_importing_the_same_file_twice_adds_nothing(book):
    first = book.imports.organizations(csv_file(*ROWS), COLUMNS, role="prospect")
    before = everything(book)
    second = book.imports.organizations(csv_file(*ROWS), COLUMNS, role="prospect")

    assert [row.verdict for row in second.rows if row.row not in {4, 5}] == [Verdict.MATCH] * 4
    assert [row.subject_id for row in second.rows] == [row.subject_id for row in first.rows]
    for table in ("organization", "organization_name", "role", "trail_change"):
        assert everything(book)[table] == before[table]


def test_two_rows_that_are_one_organisation_create_it_once(book):
    report = book.imports.organizations(csv_file(("Acme", "KE"), ("ACME", "Kenya")), COLUMNS)
    first, second = report.rows
    assert (second.verdict, second.subject_id) == (Verdict.MATCH, first.subject_id)
    assert any(note.kind is NoteKind.REPEATED and "Row 2" in note.text for note in second.notes)
    assert names(book) == ["Acme"]


def test_a_dry_run_says_the_same_and_writes_nothing(book):
    rows = [*ROWS, ("Acme Satellites", "KE")]
    before = everything(book)
    dry = book.imports.organizations(csv_file(*rows), COLUMNS, dry_run=True)
    assert everything(book) == before
    assert (dry.batch_id, dry.dry_run) == (None, True)
    assert [row.subject_id for row in dry.rows] == [None] * 7
    assert len(dry.rows) == 7

    real = book.imports.organizations(csv_file(*rows), COLUMNS)
    assert type(real) is type(dry)
    assert [(r.row, r.verdict, r.notes, r.problems) for r in real.rows] == [
        (r.row, r.verdict, r.notes, r.problems) for r in dry.rows
    ]


def test_a_dry_run_shows_what_it_would_match(book):
    acme = book.organizations.add("Acme", country="KE")
    (row,) = book.imports.organizations(csv_file(("Acme", "KE")), COLUMNS, dry_run=True).rows
    assert (row.verdict, row.subject_id) == (Verdict.MATCH, acme.id)


def test_a_match_changes_nothing_and_notes_what_differs(book):
    acme = book.organizations.add("Acme", country="KE", employees=300)
    source = csv_file(("Acme", "KE", "400"), header=("Company", "HQ", "Staff"))
    (row,) = book.imports.organizations(source, {**COLUMNS, "employees": "Staff"}).rows
    assert [(note.kind, note.field) for note in row.notes] == [(NoteKind.DIFFERS, "employees")]
    assert book.organizations.get(acme.id).employees == 300


def test_what_the_file_states_stands_in_the_book(book):
    header = ("id", "Company", "HQ", "Kind", "LEI", "Web", "Domains", "Also", "French", "Staff", "Industry")
    row = ("7", "Acme", "KE", "university", "529900T8BM49AURSDO55", "acme.example", "acme.example;acme.test")
    row += ("ACME Ltd;Acme Inc", "Acmé", "c. 1,200 (2025)", "Satellites")
    mapping = {
        "key": "id",
        "name": "Company",
        "country": "HQ",
        "kind": "Kind",
        "lei": "LEI",
        "website": "Web",
    }
    mapping |= {"domains": "Domains", "aliases": "Also", "name_fr": "French", "employees": "Staff"}
    mapping |= {"industries": "Industry"}
    book.imports.organizations(
        csv_file(row, header=header), mapping, source_name="registry", role="prospect", synthetic=True
    )

    acme = book.organizations.get("acme.test")
    assert (acme.name, acme.country, acme.kind, acme.segment) == ("Acme", "KEN", "university", "satellite")
    assert (acme.lei, acme.website, acme.employees) == ("529900T8BM49AURSDO55", "acme.example", 1200)
    assert (acme.source, acme.synthetic, acme.created_at) == ("registry", True, book.clock.now())
    assert {(n.name, n.kind.value, n.language) for n in book.organizations.names(acme)} == {
        ("Acme", "legal", None),
        ("Acmé", "display", "fr"),
        ("ACME Ltd", "alias", None),
        ("Acme Inc", "alias", None),
    }
    (role,) = book.roles.of(acme)
    assert (role.kind, role.since_on, role.source) == ("prospect", book.clock.now().date(), "registry")


def test_the_sources_own_key_finds_an_organisation_that_was_renamed(book):
    mapping = {**COLUMNS, "key": "id"}
    header = ("Company", "HQ", "id")
    book.imports.organizations(csv_file(("Old", "KE", "7"), header=header), mapping, source_name="registry")
    again = csv_file(("New", "FR", "7"), ("Old", "KE", "8"), header=header)
    report = book.imports.organizations(again, mapping, source_name="registry")
    assert verdicts(report) == [(2, "match"), (3, "create")]
    assert {note.field for note in next(iter(report.rows)).notes} == {"name", "country"}


def test_keys_of_two_sources_do_not_meet(book):
    mapping, header = {**COLUMNS, "key": "id"}, ("Company", "HQ", "id")
    book.imports.organizations(csv_file(("A", "KE", "7"), header=header), mapping, source_name="one")
    report = book.imports.organizations(csv_file(("B", "KE", "7"), header=header), mapping, source_name="two")
    assert len(report.created) == 1


def test_keys_need_a_source(book):
    with pytest.raises(InvalidInput, match="source"):
        book.imports.organizations(csv_file(header=("Company", "id")), {"name": "Company", "key": "id"})


def test_one_import_is_one_entry_on_the_trail_which_leads_to_its_rows(book):
    before = everything(book)
    report = book.imports.organizations(csv_file(*ROWS), COLUMNS)
    entry = book.trail.latest(limit=1)[0]
    assert (entry.verb, entry.actor, entry.batch_id) == (
        "organizations.imported",
        book.actor,
        report.batch_id,
    )
    assert everything(book)["trail_entry"] == before["trail_entry"] + 1
    assert everything(book)["trail_change"] == before["trail_change"]
    assert book.imports.report(entry.batch_id) == report


def test_the_imports_are_listed_with_the_latest_first(book):
    first = book.imports.organizations(csv_file(("A", "KE")), COLUMNS, source_name="first")
    second = book.imports.organizations(csv_file(("B", "KE")), COLUMNS, source_name="second")
    assert [batch.id for batch in book.imports] == [second.batch_id, first.batch_id]


def test_an_import_that_does_not_exist_is_not_found(book):
    with pytest.raises(NotFound):
        book.imports.report(4711)


def test_an_import_inside_a_transaction_that_fails_leaves_nothing(book):
    before = everything(book)

    def import_and_fail():
        with book.transaction():
            book.imports.organizations(csv_file(("Acme", "KE")), COLUMNS)
            raise LookupError

    with pytest.raises(LookupError):
        import_and_fail()
    assert everything(book) == before


def test_a_row_that_only_the_database_refuses_is_refused_alone(book):
    with book.engine.begin() as connection:
        connection.execute(text("ALTER TABLE organization ADD CONSTRAINT ck_x CHECK (name <> 'Poison')"))
    rows = [("A", "KE"), ("Poison", "KE"), ("poison", "KE"), ("B", "KE"), ("a", "KE")]
    report = book.imports.organizations(csv_file(*rows), COLUMNS)
    assert verdicts(report) == [(2, "create"), (3, "refuse"), (4, "create"), (5, "create"), (6, "match")]
    first, *_, last = report.rows
    assert last.subject_id == first.subject_id
    assert names(book) == ["A", "poison", "B"]
    assert book.imports.report(report.batch_id) == report


def test_rows_of_different_chunks_find_each_other(book):
    rows = [(f"Company {n}", "KE") for n in range(1500)]
    report = book.imports.organizations(csv_file(*rows, rows[0], rows[1400]), COLUMNS)
    assert (len(report.created), len(report.matched)) == (1500, 2)
    found = list(report.rows)
    assert found[-2].subject_id == found[0].subject_id


def test_blank_rows_are_counted_and_passed_over(book):
    source = io.BytesIO(b"Company,HQ\nA,KE\n,\n\nB,KE\n")
    report = book.imports.organizations(source, COLUMNS)
    assert [row.row for row in report.rows] == [2, 5]
    assert report.blank == book.imports.report(report.batch_id).blank == 2


def test_a_file_with_a_header_only_is_an_import_of_nothing(book):
    report = book.imports.organizations(csv_file(), COLUMNS)
    assert list(report.rows) == []
    assert "0 rows" in str(report)


def test_progress_is_told_in_rows(book):
    told = []
    rows = [(f"Company {n}", "KE") for n in range(1200)]
    book.imports.organizations(csv_file(*rows), COLUMNS, on_progress=lambda *at: told.append(at))
    assert told == [(1000, 1200), (1200, 1200)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        "Company,HQ\nZürich,CH\n".encode("cp1252"),
        "Company,HQ\n".encode("utf-16") + b"\x00",
        b"Company,HQ,HQ\n",
        b"PK\x03\x04",
    ],
)
def test_a_file_that_cannot_be_read_writes_nothing(book, data):
    before = everything(book)
    with pytest.raises(InvalidInput):
        book.imports.organizations(io.BytesIO(data), COLUMNS)
    assert everything(book) == before


def test_a_role_that_does_not_exist_is_refused(book):
    with pytest.raises(InvalidInput) as refused:
        book.imports.organizations(csv_file(), COLUMNS, role="member")
    assert refused.value.candidates == ("prospect", "donor")


def test_hostile_rows_are_kept_or_refused_and_stop_nothing(book):
    rows = [
        ("__class__", "KE"),
        ("Robert'); DROP TABLE organization;--", "KE"),
        ("x" * 1_000_000, "KE"),
        ("a\0b", "KE"),
        ("[bold]markup[/bold]", "KE"),
        ("\x1b[31mred", "KE"),
        ("%s {0}", "KE"),
    ]
    report = book.imports.organizations(csv_file(*rows), COLUMNS)
    assert [row.row for row in report.refused] == [4, 5, 7]
    assert [row.problems[0].kind for row in report.refused][:2] == [
        ProblemKind.TOO_LONG,
        ProblemKind.UNREADABLE,
    ]
    assert book.imports.report(report.batch_id) == report


def test_constants_count_for_every_row(book):
    mapping = ImportMapping(columns={"name": "Company"}, constants={"country": "KE", "kind": "association"})
    book.imports.organizations(csv_file(("Acme", "")), mapping)
    acme = book.organizations.get("Acme")
    assert (acme.country, acme.kind) == ("KEN", "association")


def test_the_history_of_an_imported_organization_begins_with_its_import(book):
    report = book.imports.organizations(
        io.StringIO("name,country\nAcme,KE\n"), {"name": "name", "country": "country"}
    )
    acme = book.organizations.change("Acme", segment="satellite")

    imported, changed = book.history(acme)

    assert (imported.verb, imported.batch_id) == ("organizations.imported", report.batch_id)
    assert imported.after.items() >= {"name": "Acme", "country": "KEN", "kind": "company"}.items()
    assert "segment" not in imported.after
    assert changed.verb == "organization.changed"
