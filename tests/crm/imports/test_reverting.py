"""Taking imports back: what was made goes, what was changed comes back, and what later things stand on stays."""

import io
from datetime import date
from fractions import Fraction

import pytest
from rich.console import Console
from sqlalchemy import text
from support.imports import COLUMNS, csv_file

from crm.errors import InvalidInput, NotFound

MAPPING = {"name": "Company", "country": "HQ", "employees": "Staff", "domains": "Domain", "key": "No"}
HEADER = tuple(MAPPING.values())
ROWS = [
    ("Acme", "KE", "400", "acme.example", "1"),
    ("Beta", "FR", "", "beta.example", "2"),
    ("Gamma", "GH", "", "", "3"),
]
WHY = {"reason": "the wrong file"}


def bring_in(book, *rows, **how):
    return book.imports.organizations(
        csv_file(*rows, header=HEADER), MAPPING, source_name="registry", role="prospect", **how
    )


def contents(book):
    """All that stands in the tables of the directory, row by row."""
    tables = [
        "organization",
        "organization_name",
        "organization_domain",
        "role",
        "source_key",
        "person",
        "position",
    ]
    with book.engine.connect() as connection:
        return {t: sorted(map(str, connection.execute(text(f"SELECT * FROM {t}")))) for t in tables}


def standing(reverted):
    return [(row.row, row.why) for row in reverted.standing]


def test_wish_11_what_an_import_made_is_removed(book):
    before = contents(book)
    report = bring_in(book, *ROWS)
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert contents(book) == before
    assert (reverted.rows, list(reverted.standing)) == (3, [])
    assert reverted.removed == {
        "organization": 3,
        "organization_domain": 2,
        "organization_name": 3,
        "role": 3,
        "source_key": 3,
    }
    assert next(iter(book.imports)).state == "reverted"


def test_wish_11_what_an_import_changed_is_put_back(book):
    book.organizations.add("Acme", country="KE", employees=300, aliases=["Acme Ltd"])
    book.organizations.add("Beta", country="FR")
    before = contents(book)
    report = bring_in(book, ("Acme Ltd", "KE", "400", "", ""), *ROWS[1:], update="overwrite")
    assert contents(book) != before
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert contents(book) == before
    assert reverted.restored["organization.employees"] == 1


def test_values_come_back_through_several_rows(book):
    book.organizations.add("Acme", country="KE", employees=300)
    before = contents(book)
    rows = [("Acme", "KE", staff, "", "1") for staff in ("400", "500", "600")]
    report = bring_in(book, *rows, update="overwrite")
    assert book.organizations.get("Acme").employees == 600
    assert book.imports.revert(report.batch_id, **WHY).rows == 3
    assert contents(book) == before


def test_a_dry_run_puts_values_back_through_rows_of_several_chunks(book):
    book.organizations.add("Acme", country="KE", employees=300)
    companies = [(f"Company {n}", "KE", "", "", "") for n in range(1100)]
    rows = [("Acme", "KE", "400", "", "1"), *companies, ("Acme", "KE", "500", "", "1")]
    report = bring_in(book, *rows, update="overwrite")
    dry = book.imports.revert(report.batch_id, **WHY, dry_run=True)
    assert (len(dry.standing), dry.rows) == (0, 1102)


def test_what_something_else_refers_to_stands_alone(book):
    report = bring_in(book, *ROWS)
    call = book.log("call", "Acme", "hello")
    book.organizations.change("Beta", segment="cloud")
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert standing(reverted) == [
        (2, f"interaction:{call.id} refers to it"),
        (3, "dana@accord.example has changed it on 2026-11-24 (organization.changed)"),
    ]
    assert [o.name for o in book.organizations] == ["Acme", "Beta"]
    assert len(book.roles.of("Acme")) == 1


def test_once_the_obstacle_is_gone_the_rest_can_be_taken_back(book):
    report = bring_in(book, *ROWS)
    book.people.add("Amina", at="Acme")
    assert len(book.imports.revert(report.batch_id, **WHY).standing) == 1
    with book.engine.begin() as connection:
        connection.execute(text("DELETE FROM position"))
    assert book.imports.revert(report.batch_id, **WHY).rows == 1
    assert list(book.organizations) == []


def test_a_field_that_was_changed_since_stands(book):
    book.organizations.add("Acme", country="KE")
    report = bring_in(book, ROWS[0])
    book.organizations.change("Acme", employees=401)
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert standing(reverted) == [(2, "its employees was changed since, to 401")]
    assert book.organizations.get("acme.example").employees == 401


def test_what_a_later_import_changed_stands_until_that_is_taken_back(book):
    first = bring_in(book, ("Acme", "KE", "", "", "1"))
    second = bring_in(book, ROWS[0])
    assert standing(book.imports.revert(first.batch_id, **WHY)) == [
        (2, f"row 2 of import {second.batch_id} has changed it since")
    ]
    book.imports.revert(second.batch_id, **WHY)
    assert book.imports.revert(first.batch_id, **WHY).rows == 1
    assert list(book.organizations) == []


def test_rows_from_before_imports_could_be_taken_back_stand(book):
    report = bring_in(book, ROWS[0])
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE import_row SET made = '{}'"))
        connection.execute(text("UPDATE import_batch SET tally = '{}', options = '{}', done = 0"))
    assert book.imports.report(report.batch_id).counts == report.counts
    assert book.imports.resume(report.batch_id, csv_file()).counts == report.counts
    ((row, why),) = standing(book.imports.revert(report.batch_id, **WHY))
    assert (row, "not on record" in why) == (2, True)
    assert len(list(book.organizations)) == 1


def test_the_history_of_an_account_shows_that_an_import_was_taken_back(book):
    acme = book.organizations.add("Acme", country="KE")
    report = bring_in(book, ROWS[0])
    book.imports.revert(report.batch_id, **WHY)
    _, changed, back = book.history(acme)
    assert (changed.before["employees"], changed.after["employees"]) == (None, 400)
    assert (back.verb, back.before["employees"], back.after["employees"]) == ("import.reverted", 400, None)


def test_what_was_merged_stands(book):
    report = bring_in(book, *ROWS[:2])
    book.merge("Acme", "Beta", reason="one company")
    assert [row.row for row in book.imports.revert(report.batch_id, **WHY).standing] == [2, 3]


def test_a_dry_run_says_the_same_and_changes_nothing(book):
    report = bring_in(book, *ROWS)
    book.log("call", "Acme", "hello")
    before, entries = contents(book), len(book.trail.latest())
    dry = book.imports.revert(report.batch_id, **WHY, dry_run=True)
    assert (contents(book), len(book.trail.latest()), next(iter(book.imports)).state) == (
        before,
        entries,
        "done",
    )
    real = book.imports.revert(report.batch_id, **WHY)
    assert (dry.rows, dry.removed, dry.restored, list(dry.standing)) == (
        real.rows,
        real.removed,
        real.restored,
        list(real.standing),
    )


def test_a_revert_is_one_entry_on_the_trail_with_its_reason(book):
    report = bring_in(book, *ROWS)
    book.imports.revert(report.batch_id, **WHY)
    entry = book.trail.latest(limit=1)[0]
    assert (entry.verb, entry.reason, entry.batch_id) == (
        "import.reverted",
        "the wrong file",
        report.batch_id,
    )


def test_an_import_that_was_stopped_can_be_taken_back_and_not_be_resumed(book):
    rows = [(f"Company {n}", "KE") for n in range(1500)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.imports.organizations(csv_file(*rows), COLUMNS, on_progress=stop)
    batch = next(iter(book.imports))
    assert book.imports.revert(batch, **WHY).rows == 1000
    report = book.imports.organizations(csv_file(*rows), COLUMNS)
    assert (report.batch_id != batch.id, len(report.created)) == (True, 1500)


def test_an_import_can_be_brought_in_again_after_it_was_taken_back(book):
    report = bring_in(book, *ROWS)
    book.imports.revert(report.batch_id, **WHY)
    assert len(bring_in(book, *ROWS).created) == 3


def test_more_rows_than_one_chunk_are_taken_back(book):
    rows = [(f"Company {n}", "KE") for n in range(2300)]
    report = book.imports.organizations(csv_file(*rows, rows[0]), COLUMNS)
    book.log("note", "Company 1200", "hello")
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert (reverted.rows, [row.row for row in reverted.standing]) == (2299, [1202])


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_revert_needs_a_reason(book, reason):
    with pytest.raises(InvalidInput, match="reason"):
        book.imports.revert(bring_in(book, ROWS[0]).batch_id, reason=reason)


def test_an_import_that_does_not_exist_is_not_found(book):
    with pytest.raises(NotFound):
        book.imports.revert(4711, **WHY)


def test_the_result_prints_well(book):
    report = bring_in(book, *ROWS)
    for name in ("Acme", "Beta"):
        book.log("call", name, "hello")
    reverted = book.imports.revert(report.batch_id, **WHY, dry_run=True)
    target = io.StringIO()
    Console(file=target, width=100).print(reverted.table())
    assert str(reverted) == (
        f"Import {report.batch_id} of registry: 1 rows taken back, 2 stand (a dry run: nothing was changed)."
    )
    assert "organization removed" in target.getvalue()
    assert "row 2: Acme: interaction:" in target.getvalue()


def test_people_and_their_positions_are_taken_back(book, accounts):
    bob = book.people.add("Bob", email="b@beta.example", at="Beta Cloud")
    before = contents(book)
    header, mapping = ("Name", "Mail", "At", "Role"), {"name": "Name", "email": "Mail", "organization": "At"}
    rows = [
        ("Amina", "a@x.example", "Acme Satellites", "Head"),
        ("Bob", "b@beta.example", "Beta Cloud", "Clerk"),
    ]
    report = book.imports.people(csv_file(*rows, header=header), mapping | {"role": "Role"})
    assert book.people.positions(bob)[0].role == "Clerk"
    book.imports.revert(report.batch_id, **WHY)
    assert contents(book) == before


TERMS = {
    "organization": "Member",
    "event": "Event",
    "category": "Type",
    "sector": "Sector",
    "study_group": "SG",
}
TERMS |= {"since": "Since", "until": "Until"}
JOIN = ("Acme Satellites", "", "associate", "T", "SG13", "2020-01-01", "")


def memberships(book, *rows):
    return book.imports.terms(csv_file(*rows, header=tuple(TERMS.values())), TERMS)


def test_a_join_is_taken_back_by_a_denunciation_on_its_first_day(book, accounts):
    report = memberships(book, JOIN)
    reverted = book.imports.revert(report.batch_id, **WHY)
    assert (reverted.rows, reverted.added, book.terms.of("Acme Satellites")) == (1, 1, ())
    assert [event.kind for event in book.terms.ledger("Acme Satellites")] == ["join", "denunciation"]
    assert book.terms.ledger("Acme Satellites")[-1].reason == "the wrong file"
    assert len(memberships(book, JOIN).created) == 1
    assert book.terms.of("Acme Satellites")[0].since_on == date(2020, 1, 1)


def test_an_upgrade_is_taken_back_by_a_correction(book, accounts):
    memberships(book, JOIN)
    report = memberships(book, ("Acme Satellites", "upgrade", "", "T", "", "2022-01-01", ""))
    assert book.imports.revert(report.batch_id, **WHY).added == 1
    first, second = book.terms.of("Acme Satellites")
    assert (second.category, second.study_group, second.since_on) == (
        first.category,
        "T-SG13",
        date(2022, 1, 1),
    )


def test_a_change_of_class_is_taken_back_by_a_correction_to_the_class_before(book, accounts):
    book.terms.join("Beta Cloud", "sector_member", sector="R", units="1/2", on=date(2020, 1, 1))
    header = ("Member", "Event", "Sector", "Class", "Since")
    mapping = {"organization": "Member", "event": "Event", "sector": "Sector", "units": "Class"}
    source = csv_file(("Beta Cloud", "class change", "R", "1", "2022-01-01"), header=header)
    report = book.imports.terms(source, mapping | {"since": "Since"})
    assert book.terms.of("Beta Cloud")[-1].units == 1
    assert book.imports.revert(report.batch_id, **WHY).added == 1
    assert book.terms.of("Beta Cloud")[-1].units == Fraction(1, 2)


def test_an_end_cannot_be_taken_back_and_stands(book, accounts):
    report = memberships(
        book, (*JOIN[:6], "2022-12-31"), ("Beta Cloud", "", "sector member", "R", "", "2020-01-01", "")
    )
    reverted = book.imports.revert(report.batch_id, **WHY)
    ((row, why),) = standing(reverted)
    assert (row, "append-only" in why, reverted.rows) == (2, True, 1)


@pytest.mark.parametrize("verb", ["upgrade", "denounce"])
def test_a_join_that_later_events_build_on_stands(book, accounts, verb):
    report = memberships(book, JOIN)
    getattr(book.terms, verb)("Acme Satellites", sector="T", on=date(2022, 1, 1), reason="Letter")
    before = book.terms.of("Acme Satellites")
    ((row, why),) = standing(book.imports.revert(report.batch_id, **WHY))
    assert (row, "has ended or changed since" in why) == (2, True)
    assert book.terms.of("Acme Satellites") == before


def test_accounts_with_memberships_stand(book):
    report = bring_in(book, ROWS[0])
    book.terms.join("Acme", "sector_member", sector="T", on=date(2020, 1, 1))
    assert len(book.imports.revert(report.batch_id, **WHY).standing) == 1
