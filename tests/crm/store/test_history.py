"""What happened to a record, told without noise."""

from datetime import date, timedelta

import pytest

from crm.directory.tables import Organization
from crm.errors import NotFound
from crm.store.history import History

INNER = {"id", "normal_name", "email_key", "normal", "group_id"}


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme", country="KE", employees=3)


def fields(lines):
    return {name for line in lines for name in line.fields}


def test_wish_19_what_only_the_program_keeps_is_not_told(book, acme):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)
    book.people.change(amina, email="amina.odhiambo@acme.example")
    branch = book.organizations.add("Acme Labs")
    book.organizations.change(branch, parent=acme)

    told = [*book.history(amina), *book.history(branch), *book.trail.about(acme)]
    assert not fields(told) & INNER
    assert fields(book.history(amina)) >= {"name", "email"}
    assert fields(book.history(branch)) >= {"parent_id"}
    assert fields(book.trail.of(amina, inner=True)) >= {"normal_name", "email_key", "id"}


def test_wish_19_a_change_that_changes_nothing_leaves_no_line(book, acme):
    book.organizations.change(acme, employees=3, country="Kenya", reason="the same as ever")
    assert [line.verb for line in book.history(acme)] == ["organization.added"]
    assert [entry.verb for entry in book.trail.latest(limit=1)] == ["organization.added"]


def test_wish_19_what_a_verb_does_twice_is_one_line_and_what_it_takes_back_none(store):

    with store.changing("organization.added") as change:
        row = change.add(Organization(name="Acme", created_at=change.now))
        row.amend({"employees": 3})
        change.session.flush()
    with store.changing("organization.changed") as change:
        row = change.session.get(Organization, row.id)
        for employees, website in ((4, "a"), (5, "b"), (3, "c")):
            row.amend({"employees": employees, "website": website})
            change.session.flush()

    added, changed = History(store, batches=lambda *_: ()).of(row)
    assert (added.before, added.after["employees"]) == ({}, 3)
    assert (changed.before, changed.after) == ({"website": None}, {"website": "c"})


def test_a_line_prints_as_a_sentence(book, acme):
    book.organizations.change(acme, employees=40, country=None, reason="They moved.")
    added, changed = book.history(acme)
    assert str(changed) == (
        "2026-11-24 09:30 UTC  dana@accord.example  organization.changed:"
        " country KEN → nothing, employees 3 → 40 (They moved.)"
    )
    assert added.changes == "name Acme, kind company, country KEN, employees 3"


def test_the_history_is_asked_for_one_field_or_from_a_day_on(book, acme, clock):
    book.organizations.change(acme, employees=40, size="sme")
    clock.advance(timedelta(days=2))
    book.organizations.change(acme, employees=50)
    lines = book.trail.of(acme, field="employees")
    assert [(line.before.get("employees"), line.after["employees"]) for line in lines] == [
        (None, 3),
        (3, 40),
        (40, 50),
    ]
    assert fields(lines) == {"employees"}
    assert len(book.trail.of(acme, field="employees", since=date(2026, 11, 25))) == 1
    assert len(book.trail.of(acme, since=clock.now())) == 1


def test_a_line_is_found_by_its_number(book, acme):
    (line,) = book.history(acme)
    assert book.trail.get(line.id).record == line.record
    with pytest.raises(NotFound, match="no line 1 on the trail"):
        book.trail.get(1)


def test_any_record_is_found_by_its_number(book, acme):
    amina = book.people.add("Amina Odhiambo", at=acme)
    role = book.roles.give(acme, "prospect")
    (position,) = book.people.positions(amina)
    for record in (acme, amina, role, position, book.follow_ups.plan(acme, "call")):
        assert book.trail.record(record.id) == record
    with pytest.raises(NotFound, match="Nothing in the book has the number"):
        book.trail.record(10**12)
