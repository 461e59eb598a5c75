"""Merging moves everything, deletes nothing, and can be undone long afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlmodel import Session, select
from support.imports import csv_file
from support.locks import blocked
from support.outbox import MANAGER, campaign_letters, looking, order, queue, running, staffed

from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.insight.merge import Merge
from crm.insight.merge_tables import MergeMove
from crm.insight.references import UNMOVED, movable, record_of, references_to
from crm.store.records import Record

BECAUSE = {"reason": "same LEI"}
LEI = "5493001KJTIIGC8Y1R12"


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", domains=["acme.example"])


@pytest.fixture
def twin(book, acme):
    return book.organizations.add("Acme Sat Ltd", country="KE", domains=["acme.example", "acmesat.example"])


def everything(book):
    """Every row of every table that a merge could touch, journal and trail apart."""
    with Session(book.engine) as session:
        tables = [
            table
            for table in Record.metadata.sorted_tables
            if not table.name.startswith(("trail", "merge")) and table.name != "membership_event"
        ]
        return {
            table.name: sorted(map(repr, session.execute(table.select()).mappings().all()))
            for table in tables
        }


def lived_in(book, make_book, account, person):
    """Give an account a life in every room of the book."""
    met = book.log(
        "meeting", account, "Wants spectrum", people=[person], next="send the fee table", due="14d"
    )
    book.letters.draft(met)
    book.roles.give(account, "donor")
    book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    book.participation.record(account, "T-SG13", "contributed", on=date(2026, 5, 5))
    book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.organizations.add(f"Branch of {account.name}", parent=account)
    run = running(make_book, (account, person), campaign=f"for {account.name}")
    (letter,) = campaign_letters(book, run, (account, person))
    return met, letter


# What moves, and what does not


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
    assert [row.organization_id for row in book.candidates.associates()] == [acme.id]
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


# Undoing


def test_what_was_changed_since_is_reported_and_not_overwritten(book, acme, twin):
    book.staff.add("Eve Moll", email="eve@accord.example", office="BR")
    third = book.organizations.add("Third")
    branch = book.organizations.add("Branch", parent=twin)
    domain = book.organizations.change(twin, owner=MANAGER)
    assert domain.owner_id is not None
    merge = book.merge(acme, twin, **BECAUSE)
    book.organizations.change(branch, parent=third)
    book.organizations.change(acme, owner="eve@accord.example")
    undone = book.unmerge(merge, reason="no")
    assert {(row.record, row.field) for row in undone.left} == {
        (f"organization:{branch.id}", "parent_id"),
        (f"organization:{acme.id}", "owner_id"),
    }
    assert all("changed since" in row.why for row in undone.left)
    assert book.organizations.get(branch.id).parent_id == third.id
    assert book.staff.get(book.organizations.get(acme.id).owner_id).email == "eve@accord.example"


def test_an_edit_that_leaves_the_account_alone_does_not_keep_a_row(book, acme, twin):
    step = book.follow_ups.plan(twin, "call")
    merge = book.merge(acme, twin, **BECAUSE)
    book.follow_ups.complete(step)
    assert book.unmerge(merge, reason="no").left == ()
    (row,) = [h for h in book.timeline(twin, kinds=["follow_up"]) if h.title.startswith("Done")]
    assert row.organization_id == twin.id


def test_a_row_that_is_gone_is_reported(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    with book._store.changing("test") as change:
        domain = [
            row
            for row in change.session.exec(select(record_of("organization_domain")))
            if "sat" in row.domain
        ]
        change.session.delete(domain[0])
    (left,) = book.unmerge(merge, reason="no").left
    assert left.why == "it is no longer there"


def test_what_came_since_stays_with_the_keeper(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    met = book.log("note", twin, "after the merge")
    book.unmerge(merge, reason="no")
    assert [row.id for row in book.interactions.of(acme)] == [met.id]
    assert book.interactions.of(twin) == ()


def test_a_merge_is_undone_once(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    book.unmerge(merge, reason="no")
    with pytest.raises(Refused, match="was undone on 24 November 2026 by dana"):
        book.unmerge(merge.id, reason="no")
    assert book.merges.get(merge).undone_at is not None
    with pytest.raises(NotFound):
        book.unmerge(1, reason="no")


def test_the_two_can_be_merged_again_the_other_way_round(book, acme, twin):
    book.unmerge(book.merge(acme, twin, **BECAUSE), reason="no")
    book.merge(twin, acme, **BECAUSE)
    assert book.organizations.get("Acme Satellites").id == twin.id
    assert [merge.duplicate_id for merge in book.merges.of(twin)] == [acme.id, twin.id]


# Chains


def test_a_chain_leads_to_its_end_and_is_undone_from_there(book, acme, twin):
    third = book.organizations.add("Acme Holdings")
    met = book.log("note", twin, "hello")
    before = everything(book)
    first = book.merge(acme, twin, **BECAUSE)
    second = book.merge(third, acme, **BECAUSE)
    assert book.organizations.get(twin.id).id == third.id
    assert [row.id for row in book.interactions.of(third)] == [met.id]
    with pytest.raises(Refused, match="has itself been merged") as refused:
        book.unmerge(first, reason="no")
    assert f"book.unmerge({second.id}" in str(refused.value)
    book.unmerge(second, reason="no")
    book.unmerge(first, reason="no")
    assert everything(book) == before


@pytest.mark.parametrize("order_of_undoing", [(0, 1), (1, 0)])
def test_two_merges_into_one_keeper_are_undone_in_either_order(book, acme, twin, order_of_undoing):
    third = book.organizations.add("Acme Holdings", segment="cloud")
    for account in (twin, third):
        book.log("note", account, account.name)
    before = everything(book)
    merges = [book.merge(acme, twin, **BECAUSE), book.merge(acme, third, **BECAUSE)]
    for number in order_of_undoing:
        assert book.unmerge(merges[number], reason="no").left == ()
    assert everything(book) == before


def test_a_duplicate_that_leads_elsewhere_already_is_refused_by_its_id(book, acme, twin):
    third = book.organizations.add("Acme Holdings")
    book.merge(acme, twin, **BECAUSE)
    for key in (twin, twin.id, str(twin.id)):
        with pytest.raises(Refused, match=f"was merged into {acme.id} before"):
            book.merge(third, key, **BECAUSE)
    with pytest.raises(Refused, match="the same organization already"):
        book.merge(acme, "Acme Sat Ltd", **BECAUSE)
    assert book.merge(twin, third, **BECAUSE).keeper_id == acme.id


# Corporate groups


def test_subsidiaries_come_under_the_keeper_and_into_its_group(book, acme, twin):
    head = book.organizations.add("Head")
    book.organizations.change(acme, parent=head)
    branch = book.organizations.add("Branch", parent=twin)
    leaf = book.organizations.add("Leaf", parent=branch)
    before = everything(book)
    merge = book.merge(acme, twin, **BECAUSE)
    assert [book.organizations.get(row.id).group_id for row in (branch, leaf)] == [head.id, head.id]
    book.unmerge(merge, reason="no")
    assert everything(book) == before


def test_a_subsidiary_merges_into_its_parent_and_not_the_other_way_round(book, acme):
    branch = book.organizations.add("Branch", parent=acme)
    leaf = book.organizations.add("Leaf", parent=branch)
    for below in (branch, leaf):
        with pytest.raises(Refused, match="below itself"):
            book.merge(below, acme, **BECAUSE)
    book.merge(acme, branch, **BECAUSE)
    assert book.organizations.get(leaf.id).parent_id == acme.id
    assert [row.id for row in book.organizations.group(leaf)] == [acme.id, leaf.id]


def test_an_undoing_that_would_close_a_circle_is_refused(book, acme, twin):
    head = book.organizations.add("Head")
    book.organizations.change(twin, parent=head)
    branch = book.organizations.add("Branch", parent=twin)
    merge = book.merge(acme, twin, **BECAUSE)
    book.organizations.change(head, parent=branch)
    with pytest.raises(Refused, match="below itself"):
        book.unmerge(merge, reason="no")
    book.organizations.change(head, parent=None)
    assert book.unmerge(merge, reason="no").left == ()


# Memberships


def join(book, account, on, **more):
    return book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=on, **more)


def test_the_ledgers_are_read_together_and_the_terms_go_over(book, acme, twin):
    join(book, twin, date(2010, 1, 1))
    book.terms.denounce(twin, sector="T", on=date(2015, 1, 1), reason="new name")
    join(book, acme, date(2015, 1, 1))
    merge = book.merge(acme, twin, **BECAUSE)
    assert [(t.since_on.year, t.until_on and t.until_on.year) for t in book.terms.of(acme)] == [
        (2010, 2014),
        (2015, None),
    ]
    assert {e.organization_id for e in book.terms.ledger(twin)} == {acme.id, twin.id}
    book.unmerge(merge, reason="no")
    assert [len(book.terms.of(account)) for account in (acme, twin)] == [1, 1]


def test_two_memberships_in_one_sector_at_once_are_refused_with_both_named(book, acme, twin):
    join(book, acme, date(2018, 1, 1))
    book.terms.join(twin, "sector_member", sector="T", on=date(2012, 1, 1))
    with pytest.raises(Refused) as refused:
        book.merge(acme, twin, **BECAUSE)
    assert refused.value.rule == "merges.terms"
    assert "associate in T from 01 January 2018 on" in refused.value.message
    assert "sector member in T from 01 January 2012 on" in refused.value.message
    assert f'book.terms.denounce({twin.id}, sector="T", on=date(2012, 1, 1)' in refused.value.hint
    assert book.organizations.get(twin.id).id == twin.id


def test_the_refusal_of_two_memberships_says_what_helps(book, acme, twin):
    join(book, acme, date(2010, 1, 1))
    join(book, twin, date(2012, 1, 1))
    assert book.terms.denounce(twin.id, sector="T", on=date(2012, 1, 1), reason="recorded twice") is None
    book.merge(acme, twin, **BECAUSE)
    assert [(t.since_on.year, t.until_on) for t in book.terms.of(acme)] == [(2010, None)]


def test_academia_stands_against_a_membership_in_any_sector(book, acme, twin):
    book.terms.join(acme, "academia", on=date(2018, 1, 1))
    join(book, twin, date(2012, 1, 1))
    with pytest.raises(Refused, match="academia in RTD"):
        book.merge(acme, twin, **BECAUSE)


def test_a_membership_goes_on_at_the_keeper_and_then_cannot_be_told_apart_again(book, acme, twin):
    join(book, twin, date(2012, 1, 1))
    merge = book.merge(acme, twin, **BECAUSE)
    book.terms.upgrade(twin.id, sector="T", on=date(2026, 1, 1), reason="wants a vote")
    assert [t.category for t in book.terms.of(acme)] == ["associate", "sector_member"]
    with pytest.raises(Refused, match="cannot be told apart") as refused:
        book.unmerge(merge, reason="no")
    assert refused.value.rule == "merges.ledger"
    assert book.organizations.get(twin.id).id == acme.id


# People


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme, role="Head")


@pytest.fixture
def amine(book, acme):
    return book.people.add(
        "A. Odhiambo", email="a.odhiambo@gmail.example", at=acme, phone="+254 1", role="Chief"
    )


def test_wish_9_people_are_merged_and_taken_apart_by_the_same_verbs(book, make_book, acme, amina, amine):
    lived_in(book, make_book, acme, amine)
    both = book.log("meeting", acme, "With both", people=[amina, amine])
    before = everything(book)

    merge = book.merge(amina, amine, reason="same person")

    assert book.people.get(amine.id).id == amina.id
    assert book.people.get("a.odhiambo@gmail.example").id == amina.id
    assert book.people.get("A. Odhiambo").id == amina.id
    assert [row.id for row in book.people.at(acme)] == [amina.id]
    assert {row.role for row in book.people.positions(amine)} == {"Head", "Chief"}
    assert [row.id for row in book.interactions.get(both.id).people] == [amina.id]
    assert (merge.kind, merge.taken_over) == ("person", ("phone",))
    assert [row.rule for row in merge.stayed] == ["pk_interaction_person"]
    assert {"outbox.person_id", "enrolment.person_id", "letter_draft.person_id"} <= merge.moved.keys()
    assert len(book.timeline(amina, kinds=["letter"])) == 1

    assert book.unmerge(merge, reason="mother and daughter").left == ()
    assert everything(book) == before


def test_a_keeper_without_an_address_takes_over_that_of_the_duplicate(book, acme, amine):
    nameless = book.people.add("Amina Odhiambo", at=acme)
    merge = book.merge(nameless, amine, reason="same person")
    kept = book.people.get("a.odhiambo@gmail.example")
    assert (kept.id, kept.email) == (nameless.id, "a.odhiambo@gmail.example")
    book.unmerge(merge, reason="no")
    assert book.people.get("a.odhiambo@gmail.example").id == amine.id
    assert book.people.get(nameless.id).email is None


def test_a_person_enrolled_twice_in_a_run_stays_so_with_both_rows(book, make_book, acme, amina, amine):
    branch = book.organizations.add("Branch")
    running(make_book, (acme, amina), (branch, amine))
    merge = book.merge(amina, amine, reason="same person")
    assert [row.rule for row in merge.stayed] == ["uq_enrolment_person"]


def test_the_trail_of_a_merge_holds_no_name_that_could_not_be_erased(book, amina, amine):
    book.merge(amina, amine, reason="same person")
    (entry,) = [line for line in book.trail.about(amina) if "took_in" in line.after]
    assert entry.after == {"took_in": f"person:{amine.id}"}


def test_a_refusal_at_the_old_address_takes_turns_with_letters_to_the_keeper(book, make_book, amina, amine):
    (letter,) = queue(book, order(book, (book.organizations.get("Acme Satellites"), amine)))
    book.merge(amina, amine, reason="same person")
    letter = book.outbox.get(letter)
    assert (letter.person_id, letter.to_address) == (amina.id, amine.email)
    with ThreadPoolExecutor(1) as threads, Session(book.engine) as intending, looking(book) as eye:
        intending.exec(select(Person.id).where(Person.id == amina.id).with_for_update(key_share=True)).one()
        refusal = threads.submit(make_book().suppressions.add, amine.email)
        blocked(eye, 1)
        intending.rollback()
        refusal.result(timeout=30)


# What is refused


def test_an_organisation_and_a_person_are_not_merged(book, acme, amina):
    for keep, duplicate in ((acme, amina), (amina, acme)):
        with pytest.raises(InvalidInput, match="One is an organisation and the other a person"):
            book.merge(keep, duplicate, **BECAUSE)
    with pytest.raises(NotFound):
        book.merge(acme.id, amina.id, **BECAUSE)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_merge_needs_a_reason(book, acme, twin, reason):
    with pytest.raises(InvalidInput, match="reason"):
        book.merge(acme, twin, reason=reason)


def test_a_record_is_not_merged_into_itself(book, acme):
    with pytest.raises(Refused, match="the same organization already"):
        book.merge(acme, acme.id, **BECAUSE)


# Several at once


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


def test_an_event_recorded_while_a_merge_goes_on_lands_in_the_ledger_of_the_keeper(
    make_book, book, acme, twin
):
    ready = Barrier(2)

    def merge():
        mine = make_book()
        ready.wait()
        mine.merge(acme.id, twin.id, **BECAUSE)

    def record():
        mine = make_book()
        ready.wait()
        join(mine, twin.id, date(2020, 1, 1))

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(merge), threads.submit(record)]:
            future.result()
    assert [t.since_on for t in book.terms.of(acme)] == [date(2020, 1, 1)]


def test_the_journal_holds_what_stood_before(book, acme, twin):
    met = book.log("note", twin, "hello")
    merge = book.merge(acme, twin, **BECAUSE)
    with Session(book.engine) as session:
        rows = session.exec(select(MergeMove).where(MergeMove.merge_id == merge.id)).all()
        assert (("interaction", [met.id], "organization_id", twin.id, acme.id)) in [
            (row.record, row.key, row.field, row.before, row.after) for row in rows
        ]
