import pytest
from sqlalchemy import text
from sqlmodel import select

from crm.directory.tables import Organization, OrganizationDomain
from crm.engagement.participation import Participation
from crm.errors import AlreadyExists
from crm.store.inserting import insert_rows, update_rows


def organization(name, clock, **fields):
    return Organization.model_validate({"name": name, "created_at": clock.now(), **fields})


def test_a_new_record_has_its_id_and_is_known_to_the_session(store, clock):
    with store.changing("organization.added") as change:
        row = change.add(organization("Acme", clock))
        assert change.session.get(Organization, row.id) is row
        assert change.session.exec(select(Organization)).one() is row
        assert not change.session.dirty
        row.amend({"name": "Acme Satellites"})
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM organization")) == "Acme Satellites"
        told = text("SELECT before, after FROM trail_change WHERE record = :record")
        changes = connection.execute(told, {"record": f"organization:{row.id}"}).all()
    ((before, after),) = changes
    assert before == {}
    assert after.items() >= {"id": row.id, "name": "Acme Satellites", "kind": "company"}.items()


def test_what_waits_in_the_session_is_written_first(store, clock):
    with store.changing("organization.added") as change:
        acme = change.add(organization("Acme", clock))
        waiting = OrganizationDomain(organization_id=acme.id, domain="acme.example")
        change.session.add(waiting)
        change.add(organization("Branch", clock, parent_id=acme.id))
        assert waiting not in change.session.new


def test_a_key_that_is_no_number_is_taken_as_it_is(book):
    added = book.segments.add("Airships", slug="airships")
    assert (added.slug, book.segments.get("airships")) == ("airships", added)


def test_a_refusal_of_the_database_is_told_in_our_words(book, clock):
    acme = book.organizations.add("Acme")
    values = {"organization_id": acme.id, "study_group": "T-SG13", "kind": "asked", "on": clock.now().date()}
    with pytest.raises(AlreadyExists), book._store.changing("participation.recorded") as change:
        change.add(Participation.model_validate(values))
        change.add(Participation.model_validate(values))
    assert book.participation.of(acme) == ()


def rows(clock, *names):
    return [
        {"name": name, "kind": "company", "created_at": clock.now(), "source": "é\n'%s"} for name in names
    ]


def test_many_rows_are_written_with_ids_of_their_own_and_without_a_trail(store, clock):
    with store.changing("organization.added") as change:
        common = {"synthetic": False, "size": None}
        ids = insert_rows(change.session, Organization, [row | common for row in rows(clock, "A", "B")])
    with store.reading() as session:
        found = session.exec(select(Organization).order_by(Organization.name)).all()
    assert {row.id for row in found} == ids
    assert [(row.name, row.created_at, row.source) for row in found] == [
        ("A", clock.now(), "é\n'%s"),
        ("B", clock.now(), "é\n'%s"),
    ]
    with store.engine.connect() as connection:
        assert (
            connection.scalar(text("SELECT count(*) FROM trail_entry WHERE verb = 'organization.added'")) == 0
        )


def test_what_rows_have_in_common_is_given_once_and_a_row_that_says_otherwise_is_believed(store, clock):
    common = {"synthetic": True, "size": "large", "source": "all", "created_at": clock.now()}
    given = [{"name": name, "kind": "company", "source": source} for name, source in (("A", "a"), ("B", "b"))]
    with store.transaction() as session:
        insert_rows(session, Organization, given, common=common)
    with store.reading() as session:
        found = session.exec(select(Organization).order_by(Organization.name)).all()
    assert [(row.name, row.source, row.size, row.synthetic, row.created_at) for row in found] == [
        ("A", "a", "large", True, clock.now()),
        ("B", "b", "large", True, clock.now()),
    ]


def test_no_rows_are_no_statement(store):
    with store.transaction() as session:
        assert insert_rows(session, Organization, []) == frozenset()
        update_rows(session, Organization, [])
        assert not session.in_nested_transaction()


def test_a_row_that_would_violate_the_named_constraint_is_left_out(book, clock):
    acme = book.organizations.add("Acme")
    values = {"organization_id": acme.id, "study_group": "T-SG13", "kind": "asked", "on": clock.now().date()}
    again = {**values, "source": "test", "synthetic": False}
    with book._store.transaction() as session:
        written = insert_rows(session, Participation, [again, again], unless="uq_participation_once")
        assert len(written) == 1
        assert insert_rows(session, Participation, [again], unless="uq_participation_once") == frozenset()


def test_many_rows_are_changed_by_their_ids_and_no_other_is(book):
    first, second, third = (book.organizations.add(name) for name in ("A", "B", "C"))
    with book._store.transaction() as session:
        new = [
            {"id": first.id, "name": "A2", "country": "KEN"},
            {"id": second.id, "name": "B2", "country": None},
        ]
        update_rows(session, Organization, new)
    found = [book.organizations.get(row.id) for row in (first, second, third)]
    assert [(row.name, row.country) for row in found] == [("A2", "KEN"), ("B2", None), ("C", None)]
