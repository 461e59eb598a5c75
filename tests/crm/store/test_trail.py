from datetime import timedelta

import pytest
from sqlalchemy import text

from crm.errors import Refused
from crm.store.records import Record

APPEND_ONLY = sorted(
    mapper.class_.__tablename__
    for mapper in Record._sa_registry.mappers
    if vars(mapper.class_).get("append_only")
)


def told(book):
    """All that the trail says, but for what it keeps apart."""
    with book.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT e.*, c.* FROM trail_entry e LEFT JOIN trail_change c ON c.entry_id = e.id")
        )
        return " ".join(str(tuple(row)) for row in rows)


def test_the_trail_says_who_changed_what_when_and_why_field_by_field(make_book, clock):
    acme = make_book().organizations.add("Acme", country="KE", employees=3)
    clock.advance(timedelta(hours=2))
    book = make_book("eve@accord.example")
    book.organizations.change(acme, employees=40, country=None, reason="They moved.")
    added, changed = book.history(acme)
    assert (added.verb, added.actor, added.at) == (
        "organization.added",
        "dana@accord.example",
        acme.created_at,
    )
    assert (added.before, added.reason, added.record) == ({}, None, f"organization:{acme.id}")
    assert (
        added.after.items() >= {"name": "Acme", "country": "KEN", "kind": "company", "employees": 3}.items()
    )
    assert (changed.verb, changed.actor) == ("organization.changed", "eve@accord.example")
    assert (changed.at - added.at, changed.reason) == (timedelta(hours=2), "They moved.")
    assert changed.before == {"employees": 3, "country": "KEN"}
    assert changed.after == {"employees": 40, "country": None}


def test_what_a_verb_is_about_is_found_with_all_that_it_changed(book):
    acme = book.organizations.add("Acme", aliases=["ACME"], domains=["acme.example"])
    book.roles.give(acme, "prospect")
    about = book.trail.about(acme)
    assert {happened.verb for happened in about} == {"organization.added"}
    assert {happened.record.partition(":")[0] for happened in about} == {
        "organization",
        "organization_name",
        "organization_domain",
    }
    assert [entry.verb for entry in book.trail.latest(limit=2)] == ["role.given", "organization.added"]


def test_what_is_deleted_stays_in_the_trail(book):
    book.suppressions.add("amina@acme.example")
    (entry,) = book.suppressions.of("amina@acme.example")
    book.suppressions.lift("amina@acme.example", reason="She asked.")
    added, lifted = book.history(entry)
    assert (lifted.verb, lifted.reason) == ("suppression.lifted", "She asked.")
    assert lifted.before == added.after
    assert (added.before, lifted.after) == ({}, {})


def test_personal_values_stand_apart_and_go_when_their_row_goes(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    acme = book.organizations.add("Acme", domains=["acme.example"])
    amina = book.people.add(
        "Amina Odhiambo", email="amina@acme.example", at=acme, role="Head", phone="+254 1"
    )
    book.people.change(amina, name="Amina Otieno", time_zone="Africa/Nairobi")
    met = book.log("call", acme, "Amina asked for the fees", people=[amina], next="send them")
    book.letters.edit(book.letters.draft(met), text="Dear Amina, here they are.")
    book.suppressions.add("amina@acme.example")
    assert "amina" not in told(book).casefold()
    assert "+254" not in told(book)
    before = book.history(amina)
    assert [h.after.get("name") for h in before] == ["Amina Odhiambo", "Amina Otieno"]
    assert before[1].before["name"] == "Amina Odhiambo"

    with book.engine.begin() as connection:
        connection.execute(text("DELETE FROM trail_personal"))
    after = book.history(amina)
    assert [h.verb for h in after] == ["person.added", "person.changed"]
    assert [h.after.get("name") for h in after] == [None, None]
    assert after[1].erased
    assert str(after[1]).endswith("person.changed: (erased)")
    assert told(book).count("person.changed") == 1


def test_the_database_itself_keeps_ledgers_from_being_changed(book):
    with book.engine.connect() as connection:
        kept = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' ORDER BY 1"
        assert list(connection.scalars(text(kept))) == APPEND_ONLY
    for table in APPEND_ONLY:
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with (
                pytest.raises(Refused, match=f"The {table} is append-only"),
                book._store.transaction() as session,
            ):
                session.execute(text(statement))
    with pytest.raises(Refused, match="append-only"), book._store.transaction() as session:
        session.execute(text("TRUNCATE organization CASCADE"))  # reaches the ledger of memberships
