import pickle
import re
from datetime import timedelta
from operator import attrgetter

import pytest
from sqlalchemy import inspect

from crm.errors import ReadOnly
from crm.store.records import Record

TABLES = [mapper.class_ for mapper in Record._sa_registry.mappers]


def test_what_a_verb_hands_out_is_read_only_and_the_error_names_the_verb(book):
    acme = book.organizations.add("Acme", country="KE")
    book.terms.join(acme, "sector_member", sector="T", on=book.clock.now().date())
    for record in (
        acme,
        book.organizations.get(acme),
        next(iter(book.organizations)),
        book.organizations.names(acme)[0],
    ):
        with pytest.raises(ReadOnly) as caught:
            record.name = "Other"
        assert (caught.value.field, caught.value.subject) == ("name", type(record).__name__)
        assert str(caught.value).endswith("Change it with book.organizations.change.")
        with pytest.raises(ReadOnly):
            del record.name
    with pytest.raises(ReadOnly, match=r"No verb changes it\."):
        book.terms.ledger(acme)[0].reason = "other"
    with book.transaction():
        inner = book.organizations.add("Inner")
        with pytest.raises(ReadOnly):
            inner.name = "Other"
    assert book.organizations.get(acme).name == acme.name == "Acme"


def test_a_record_holds_no_connection_and_loads_nothing_lazily(book):
    acme = book.organizations.add("Acme", country="KE")
    listed = list(book.organizations)
    book.engine.dispose()
    for record in (acme, *listed):
        state = inspect(record)
        assert (state.detached, state.session, state.expired_attributes) == (True, None, set())
        assert not state.unloaded
        assert record.created_at == book.clock.now()
    assert not any(inspect(table).relationships for table in TABLES)


def test_a_record_survives_pickling_and_is_read_only_afterwards(book):
    acme = book.organizations.add("Acme", country="KE")
    twin = pickle.loads(pickle.dumps(acme))
    assert twin.model_dump() == acme.model_dump()
    assert book.organizations.get(twin).id == acme.id
    with pytest.raises(ReadOnly):
        twin.name = "Other"


def test_a_record_shows_what_it_holds_and_nothing_of_what_it_does_not(book):
    acme = book.organizations.add("Acme", country="KE")
    assert repr(acme).startswith(f"Organization(id={acme.id}, name='Acme', kind=<OrganizationKind.COMPANY")
    assert "country='KEN'" in repr(acme)
    assert "lei" not in repr(acme)


def test_the_verbs_that_tables_name_are_there(book):
    named = {verb for table in TABLES for verb in re.findall(r"book\.([\w.]+\w)", table.changed_by)}
    assert len(named) > 8
    for verb in named:
        assert attrgetter(verb)(book) is not None


def test_instants_come_back_in_utc_and_numbers_name_one_thing(book):
    acme = book.organizations.add("Acme")
    met = book.log("call", acme, "Hello", at=book.clock.now() - timedelta(days=3), next="call", due="3d")
    assert met.interaction.at.utcoffset() == timedelta(0)
    assert len({acme.id, met.id, met.next.id}) == 3
