"""Merging moves everything and deletes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlmodel import Session, select
from support.imports import csv_file
from support.merging import BECAUSE, everything, lived_in
from support.outbox import staffed

from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.errors import InvalidInput, Refused
from crm.insight.audience_rules import IsMember
from crm.insight.merge import Merge
from crm.insight.merge_tables import MergeMove
from crm.insight.references import UNMOVED, movable, references_to
from crm.store.records import Record, record_of

LEI = "5493001KJTIIGC8Y1R12"


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", domains=["acme.example"])


@pytest.fixture
def twin(book, acme):
    return book.organizations.add("Acme Sat Ltd", country="KE", domains=["acme.example", "acmesat.example"])


@pytest.mark.parametrize("kind", [Organization, Person])
def test_every_reference_moves_or_has_a_stated_reason_not_to(kind):
    targets = {
        f"{table.name}.{column.name}"
        for table in Record.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == kind.__tablename__ for key in column.foreign_keys)
    }
    moved = {str(reference) for reference in movable(kind)}
    kept = targets & UNMOVED.keys()
    assert moved | kept == targets
    assert not moved & kept
    assert all(UNMOVED[name] for name in kept)


def test_no_stated_exception_is_out_of_date():
    found = {str(reference) for kind in (Organization, Person) for reference in references_to(kind)}
    assert UNMOVED.keys() <= found


@pytest.mark.parametrize("kind", [Organization, Person])
def test_nothing_append_only_is_moved(kind):
    assert [str(reference) for reference in movable(kind) if reference.record.append_only] == []


def test_every_table_of_the_book_has_its_kind_of_record():
    assert all(record_of(table.name).__tablename__ == table.name for table in Record.metadata.sorted_tables)


def test_wish_8_planned_activities_go_over_to_the_keeper(book, acme, twin):
    planned = book.follow_ups.plan(twin, "send the fee table", due="14d")
    book.merge(acme, twin, **BECAUSE)
    assert [row.id for row in book.follow_ups.open(organization=acme)] == [planned.id]


def test_wish_9_a_merge_is_undone_and_everything_is_as_it_was(book, make_book, acme, twin):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=twin)
    lived_in(book, make_book, twin, amina)
    book.roles.give(acme, "donor")
    before = everything(book)

    merge = book.merge(acme, twin, **BECAUSE)
    assert everything(book) != before
    undone = book.unmerge(merge, reason="two companies after all")

    assert everything(book) == before
    assert undone.left == ()
    assert undone.put_back["interaction.organization_id"] == 1


def test_wish_9_everything_about_the_duplicate_is_about_the_keeper(book, make_book, acme, twin):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=twin)
    met, letter = lived_in(book, make_book, twin, amina)

    merge = book.merge(acme, twin, **BECAUSE)

    assert [row.id for row in book.interactions.of(acme)] == [met.id]
    assert [row.id for row in book.outbox.of(acme)] == [letter.id]
    assert [row.id for row in book.people.at(acme)] == [amina.id]
    assert [row.category for row in book.terms.of(acme)] == ["associate"]
    assert book.standing.of(acme).standing == "good"
    assert len(book.participation.of(acme)) == 1
    assert [row.kind for row in book.roles.of(acme)] == ["donor"]
    assert [row.name for row in book.organizations.group(acme)] == [
        "Acme Satellites",
        "Branch of Acme Sat Ltd",
    ]
    (row,) = book.runs.audience(letter.run_id)
    assert (row.organization_id, row.group_id) == (acme.id, acme.id)
    assert merge.moved["enrolment.group_id"] == merge.moved["outbox.organization_id"] == 1


def test_wish_9_old_keys_lead_to_the_keeper(book, acme):
    twin = book.organizations.add(
        "Acme Sat Ltd", aliases=["ASL"], lei=LEI, domains=["acmesat.example"], names={"ar": "أكمي"}
    )
    book.organizations.change(acme, lei="529900T8BM49AURSDO55")
    book.merge(acme, twin, **BECAUSE)
    for key in (
        twin,
        twin.id,
        str(twin.id),
        "Acme Sat Ltd",
        "ASL",
        "أكمي",
        LEI,
        "acmesat.example",
        "x@acmesat.example",
    ):
        assert book.organizations.get(key).id == acme.id
    kinds = {row.name: row.kind.value for row in book.organizations.names(acme)}
    assert kinds == {"Acme Satellites": "legal", "Acme Sat Ltd": "alias", "ASL": "alias", "أكمي": "display"}


def test_two_of_one_name_are_found_as_one(book):
    acme, twin = (book.organizations.add("Acme") for _ in range(2))
    book.merge(acme.id, twin.id, **BECAUSE)
    assert book.organizations.get("Acme").id == acme.id
    assert [row.kind for row in book.organizations.names("Acme")] == ["legal"]


def test_a_second_display_name_in_a_language_becomes_an_alias(book):
    acme = book.organizations.add("Acme", names={"fr": "Acmé"})
    twin = book.organizations.add("Acme Ltd", names={"fr": "Société Acmé", "ru": "Акме"})
    book.merge(acme, twin, **BECAUSE)
    shown = {row.name: (row.kind.value, row.language) for row in book.organizations.names(acme)}
    assert shown["Société Acmé"] == ("alias", "fr")
    assert shown["Акме"] == ("display", "ru")


def test_what_the_keeper_has_already_stays_with_the_duplicate(book, acme, twin):
    for account in (acme, twin):
        book.roles.give(account, "prospect")
        book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    merge = book.merge(acme, twin, **BECAUSE)
    assert {row.rule for row in merge.stayed} == {
        "uq_role_open",
        "uq_standing_statement",
        "pk_organization_domain",
    }
    assert len(book.roles.of(acme)) == 1
    assert book.unmerge(merge, reason="no").left == ()
    assert len(book.roles.of(twin)) == 1


def test_empty_fields_of_the_keeper_take_over_what_the_duplicate_has(book):
    acme = book.organizations.add("Acme", segment="satellite")
    twin = book.organizations.add("Acme Ltd", country="KE", segment="cloud", lei=LEI)
    merge = book.merge(acme, twin, **BECAUSE)
    kept = book.organizations.get(LEI)
    assert (kept.id, kept.country, kept.segment) == (acme.id, "KEN", "satellite")
    assert set(merge.taken_over) == {"country", "lei"}
    assert [(d.field, d.keeper, d.duplicate) for d in merge.differs] == [
        ("name", "Acme", "Acme Ltd"),
        ("segment", "satellite", "cloud"),
    ]
    book.unmerge(merge, reason="no")
    assert book.organizations.get(LEI).id == twin.id
    assert book.organizations.get(acme.id).country is None


def test_a_merged_account_shows_in_no_list_and_no_report(book, acme, twin):
    for account in (acme, twin):
        book.roles.give(account, "prospect")
    book.merge(acme, twin, **BECAUSE)
    assert [row.id for row in book.organizations] == [acme.id]
    (kenya,) = [row for row in book.reports.prospects_by_state().rows if "KEN" in row]
    assert kenya[-1] == 1


def test_a_merged_account_is_no_candidate_of_a_campaign_and_its_keeper_is_once(book, acme, twin):
    book.terms.join(twin, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.merge(acme, twin, **BECAUSE)
    assert [row.organization_id for row in book.candidates.matching(IsMember(category="associate"))] == [
        acme.id
    ]
    assert book.candidates.among([twin.id]) == ()


@pytest.mark.parametrize(
    "row",
    [("Acme Sat Ltd", "Kenya", ""), ("Something else", "Kenya", LEI), ("Acme Satellites", "Kenya", "")],
    ids=["by the old name", "by the old LEI", "by the name"],
)
def test_an_import_finds_the_keeper_of_a_duplicate(book, acme, row):
    twin = book.organizations.add("Acme Sat Ltd", country="KE", lei=LEI)
    book.organizations.change(acme, lei="529900T8BM49AURSDO55")
    book.merge(acme, twin, **BECAUSE)
    columns = {"name": "Company", "country": "HQ", "lei": "LEI"}
    report = book.imports.organizations(
        csv_file(row, header=("Company", "HQ", "LEI")), columns, source_name="list"
    )
    assert [line.subject_id for line in report.rows] == [acme.id]


def test_history_shows_the_merge_of_keeper_and_duplicate(book, acme, twin):
    book.unmerge(book.merge(acme, twin, **BECAUSE), reason="two companies")
    told = [(line.verb, line.reason, line.after) for line in book.history(acme)][-2:]
    assert told == [
        ("organization.merged", "same LEI", {"took_in": f"organization:{twin.id}"}),
        ("organization.unmerged", "two companies", {"gave_back": f"organization:{twin.id}"}),
    ]
    assert [line.after for line in book.history(twin)][-2:] == [
        {"merged_into_id": acme.id},
        {"merged_into_id": None},
    ]


def test_the_trail_holds_one_entry_with_each_row_that_moved(book, acme, twin):
    met = book.log("note", twin, "hello")
    book.merge(acme, twin, **BECAUSE)
    assert len([entry for entry in book.trail.latest() if entry.verb == "organization.merged"]) == 1
    moved = book.history(met.interaction)[-1]
    assert (moved.before, moved.after) == ({"organization_id": twin.id}, {"organization_id": acme.id})


def test_a_dry_run_says_what_would_happen_and_changes_nothing(book, make_book, acme, twin):
    lived_in(book, make_book, twin, book.people.add("Amina", email="amina@acme.example", at=twin))
    before, entries = everything(book), len(book.trail.latest())
    rehearsed = book.merge(acme, twin, dry_run=True, **BECAUSE)
    assert isinstance(rehearsed, Merge)
    assert rehearsed.id is None
    assert (everything(book), len(book.trail.latest())) == (before, entries)
    real = book.merge(acme, twin, **BECAUSE)
    assert (rehearsed.moved, rehearsed.stayed, rehearsed.differs) == (real.moved, real.stayed, real.differs)

    merged = everything(book)
    assert book.unmerge(real, reason="no", dry_run=True).put_back == book.unmerge(real, reason="no").put_back
    assert merged != everything(book) == before


def test_merging_and_undoing_it_fit_into_one_transaction(book, acme, twin):
    with book.transaction():
        book.merge(acme, twin, **BECAUSE)
        assert book.organizations.get(twin.id).id == acme.id
        book.unmerge(book.merges.of(acme)[0], reason="no")
    assert book.organizations.get(twin.id).id == twin.id


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_merge_needs_a_reason(book, acme, twin, reason):
    with pytest.raises(InvalidInput, match="reason"):
        book.merge(acme, twin, reason=reason)


def test_a_record_is_not_merged_into_itself(book, acme):
    with pytest.raises(Refused, match="the same organization already"):
        book.merge(acme, acme.id, **BECAUSE)


def test_merges_at_the_same_moment_end_in_one_state(make_book, book, acme, twin):
    third = book.organizations.add("Acme Holdings")
    pairs = [(acme, twin), (twin, acme), (third, acme), (acme, third), (twin, third), (third, twin)]
    ready = Barrier(len(pairs))

    def merge(pair):
        mine = make_book()
        ready.wait()
        try:
            return mine.merge(pair[0].id, pair[1].id, **BECAUSE)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(pairs)) as threads:
        outcomes = list(threads.map(merge, pairs))

    assert len([outcome for outcome in outcomes if isinstance(outcome, Merge)]) == 2
    assert len(list(book.organizations)) == 1
    assert len({book.organizations.get(row.id).id for row in (acme, twin, third)}) == 1


def test_the_journal_holds_what_stood_before(book, acme, twin):
    met = book.log("note", twin, "hello")
    merge = book.merge(acme, twin, **BECAUSE)
    with Session(book.engine) as session:
        rows = session.exec(select(MergeMove).where(MergeMove.merge_id == merge.id)).all()
        assert (("interaction", [met.id], "organization_id", twin.id, acme.id)) in [
            (row.record, row.key, row.field, row.before, row.after) for row in rows
        ]
