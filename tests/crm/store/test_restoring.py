"""Former values are put back through the checks of the verb that changes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.store.records import Record, record_of
from crm.store.restoring import restorable, why_not

BECAUSE = {"reason": "a slip of the pen"}


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    return book.organizations.add("Acme", country="KE", employees=3)


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)


def test_wish_19_the_value_before_a_change_is_put_back_and_the_trail_grows(book, acme):
    book.organizations.change(acme, employees=40, country=None)
    restored = book.restore(book.history(acme)[-1], **BECAUSE)

    found = book.organizations.get(acme)
    assert (found.employees, found.country) == (3, "KEN")
    assert (restored.before, restored.after) == (
        {"employees": 40, "country": None},
        {"employees": 3, "country": "KEN"},
    )
    last = book.history(acme)[-1]
    assert (last.verb, last.reason, last.before) == (
        "organization.restored",
        "a slip of the pen",
        {"employees": 40, "country": None},
    )
    assert len(book.history(acme)) == 3


def test_wish_19_what_a_field_held_at_an_instant_is_put_back(book, acme, clock):
    for employees in (40, 50):
        clock.advance(timedelta(days=1))
        book.organizations.change(acme, employees=employees)
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert book.restore(acme, field="employees", at=at, **BECAUSE).after == {"employees": 40}
    assert book.organizations.get(acme).employees == 40
    assert book.restore(acme, field="employees", at=at - timedelta(days=1), **BECAUSE).after == {
        "employees": 3
    }


def test_wish_19_an_import_is_where_the_history_of_an_account_begins(book, tmp_path, clock):
    file = tmp_path / "list.csv"
    file.write_text("name,country\nAcme,KE\n")
    book.imports.organizations(file, {"name": "name", "country": "country"})
    imported = clock.now()
    clock.advance(timedelta(days=1))
    book.organizations.change("Acme", country="UG")
    acme = book.organizations.get("Acme")
    assert [line.after["country"] for line in book.trail.of(acme, field="country")] == ["KEN", "UGA"]
    assert book.restore(acme, field="country", at=imported, **BECAUSE).after == {"country": "KEN"}


def test_a_dry_run_says_the_same_and_writes_nothing(book, acme):
    book.organizations.change(acme, employees=40)
    line = book.history(acme)[-1]
    would = book.restore(line, dry_run=True, **BECAUSE)
    assert str(would) == f"organization:{acme.id}: employees 40 → 3 (a dry run: nothing was written)"
    assert book.organizations.get(acme).employees == 40
    assert len(book.history(acme)) == 2
    assert book.restore(line, **BECAUSE).after == would.after


def test_what_stands_there_already_leaves_no_entry(book, acme, clock):
    same = book.restore(acme, field="employees", at=clock.now(), **BECAUSE)
    assert str(same) == f"organization:{acme.id}: that stands there already"
    assert len(book.history(acme)) == 1


def test_only_one_field_of_a_line_may_be_put_back(book, acme):
    book.organizations.change(acme, employees=40, country=None)
    book.restore(book.history(acme)[-1], field="country", **BECAUSE)
    found = book.organizations.get(acme)
    assert (found.employees, found.country) == (40, "KEN")


def test_a_former_name_comes_back_with_its_names_and_a_former_parent_with_its_group(book, acme):
    labs = book.organizations.add("Acme Labs", parent=acme)
    book.organizations.change(labs, name="Mahali Labs", parent=None, owner="dana@accord.example")
    book.restore(book.history(labs)[-1], **BECAUSE)
    found = book.organizations.get("Acme Labs")
    assert (found.name, found.parent_id, found.group_id, found.owner_id) == (
        "Acme Labs",
        acme.id,
        acme.id,
        None,
    )
    assert [row.id for row in book.organizations.group(acme)] == [acme.id, labs.id]


def test_the_checks_of_the_verb_hold(book, acme):
    labs = book.organizations.add("Acme Labs", parent=acme)
    book.organizations.change(labs, parent=None)
    freed = book.history(labs)[-1]
    book.organizations.change(acme, parent=labs)
    with pytest.raises(InvalidInput, match="belongs to"):
        book.restore(freed, **BECAUSE)


def test_an_address_that_another_has_taken_meanwhile_is_not_put_back(book, amina):
    book.people.change(amina, email="amina@home.example")
    line = book.history(amina)[-1]
    other = book.people.add("Amina Other", email="amina@acme.example")
    with pytest.raises(AlreadyExists, match="Another person has this e-mail address"):
        book.restore(line, **BECAUSE)
    book.people.change(other, email=None)
    book.restore(line, **BECAUSE)
    assert book.people.get("amina@acme.example").id == amina.id


def test_positions_roles_follow_ups_and_staff_are_put_back(book, acme, amina):
    today = date(2026, 11, 24)
    (position,) = book.people.leave(amina, acme, on=today)
    role = book.roles.end(book.roles.give(acme, "prospect").organization_id, "prospect", reason="no")
    step = book.follow_ups.complete(book.follow_ups.plan(acme, "call"), outcome="done")
    staff = book.staff.retire("dana@accord.example", reason="left")
    for record in (position, role, step, staff):
        book.restore(book.history(record)[-1], **BECAUSE)
    assert [row.id for row in book.people.at(acme)] == [amina.id]
    assert [row.until_on for row in book.roles.of(acme)] == [None]
    assert [(row.id, row.outcome) for row in book.follow_ups.open()] == [(step.id, "")]
    assert book.staff.get("dana@accord.example").active


def test_what_has_changed_again_since_is_left_alone_unless_forced(book, acme):
    for employees in (40, 50):
        book.organizations.change(acme, employees=employees)
    line = book.history(acme)[1]
    with pytest.raises(Refused, match="it is 50 now") as caught:
        book.restore(line, **BECAUSE)
    assert (caught.value.rule, caught.value.field) == ("restore.changed_since", "employees")
    assert book.restore(line, force=True, **BECAUSE).after == {"employees": 3}


def test_what_has_been_erased_does_not_come_back(book, amina, clock):
    clock.advance(timedelta(days=1))
    book.people.change(amina, phone="+254 1")
    with book.engine.begin() as connection:
        connection.execute(text("DELETE FROM trail_personal"))
    line = book.history(amina)[-1]
    with pytest.raises(Refused, match="has been erased") as caught:
        book.restore(line, **BECAUSE)
    assert caught.value.rule == "restore.erased"
    with pytest.raises(Refused, match="has been erased"):
        book.restore(amina, field="phone", at=clock.now() - timedelta(hours=1), **BECAUSE)


def test_a_line_that_tells_how_a_record_came_about_has_nothing_to_put_back(book, acme):
    with pytest.raises(Refused) as caught:
        book.restore(book.history(acme)[0], **BECAUSE)
    assert caught.value.rule == "restore.new"


@pytest.mark.parametrize(
    ("given", "field"), [({"field": "employees"}, "at"), ({}, "field"), ({"reason": " "}, "reason")]
)
def test_it_must_be_clear_what_is_meant_and_why(book, acme, given, field):
    with pytest.raises(InvalidInput) as caught:
        book.restore(acme, **{**BECAUSE, **given})
    assert caught.value.field == field


def test_a_field_that_no_verb_changes_alone_is_refused_with_those_that_can_be_put_back(book, acme, clock):
    with pytest.raises(Refused) as caught:
        book.restore(acme, field="group_id", at=clock.now(), **BECAUSE)
    assert caught.value.rule == "restore.field"
    assert "parent_id" in caught.value.candidates


def test_a_record_that_was_merged_is_not_changed_behind_its_keeper(book, acme):
    twin = book.organizations.add("Acme Ltd", employees=9)
    book.organizations.change(twin, employees=10)
    line = book.history(twin)[-1]
    book.merge(acme, twin, reason="same")
    with pytest.raises(Refused, match=f"was merged into {acme.id}"):
        book.restore(line, **BECAUSE)


def test_a_record_that_is_gone_cannot_be_put_back_field_by_field(book):
    book.suppressions.add("amina@acme.example")
    (entry,) = book.suppressions.of("amina@acme.example")
    with pytest.raises(Refused, match=r"Nothing of a suppression .* book.suppressions.lift alone") as caught:
        book.restore(book.history(entry)[0], **BECAUSE)
    assert caught.value.rule == "restore.kind"


def test_a_number_that_no_longer_names_a_record_is_told(book, acme):
    role = book.roles.give(acme, "prospect")
    line = book.history(book.roles.end(acme, "prospect", reason="no"))[-1]
    with book.engine.begin() as connection:
        connection.execute(text("DELETE FROM role"))
    with pytest.raises(NotFound, match=f"role:{role.id} is no longer in the book"):
        book.restore(line, **BECAUSE)


@pytest.mark.parametrize("table", sorted(Record.metadata.tables))
def test_every_kind_can_be_put_back_or_says_why_not(table):
    kind = record_of(table)
    fields = restorable().get(table)
    assert (fields is None) is bool(why_not(kind))
    assert fields is None or fields <= kind.model_fields.keys()
    assert not (fields and kind.append_only)
