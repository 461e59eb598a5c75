import pytest
from sqlalchemy import text
from sqlmodel import select

from crm.directory.tables import Organization, OrganizationDomain
from crm.engagement.participation import Participation
from crm.errors import AlreadyExists


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
