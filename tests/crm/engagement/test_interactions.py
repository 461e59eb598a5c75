from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from crm.errors import InvalidInput, NotFound


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    return book.organizations.add("Acme", country="KE", owner="lucia@accord.example")


def test_one_call_logs_everybody_who_took_part_and_the_next_step(book, acme):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)
    omar = book.people.add("عمر حداد", email="omar@acme.example", at=acme)

    logged = book.log(
        "meeting",
        "acme",
        "Wants access to spectrum study groups",
        people=[amina, "omar@acme.example"],
        staff=["Dana Novak", "lucia@accord.example"],
        next="Send the fee table",
        due="14d",
    )

    assert {person.id for person in logged.people} == {amina.id, omar.id}
    assert [member.name for member in logged.staff] == ["Dana Novak", "Lucía Fernández"]
    assert logged.interaction.office == "BDT"
    assert (logged.next.what, logged.next.due_on) == ("Send the fee table", date(2026, 12, 8))
    assert book.interactions.get(logged.id) == logged
    (entry,) = [e for e in book.trail.latest() if e.verb == "interaction.logged"]
    assert entry.actor == "dana@accord.example"


def test_whoever_logs_took_part_and_their_office_with_them(book, acme):
    logged = book.log("call", acme, "They called back")
    assert [member.email for member in logged.staff] == ["dana@accord.example"]
    assert logged.interaction.office == "BDT"
    assert logged.next is None


def test_a_colleague_who_is_not_on_the_staff_logs_for_the_account_manager(make_book, acme):
    book = make_book(actor="import")
    logged = book.log("note", acme, "Seen at the fair", next="Call them")
    assert logged.staff == ()
    assert logged.next.owner_id == acme.owner_id


@pytest.mark.parametrize(
    ("arguments", "error", "field"),
    [
        ({"people": ["nobody@acme.example"]}, NotFound, "person"),
        ({"staff": ["nobody@accord.example"]}, NotFound, "staff"),
        ({"office": "RO-MOON"}, NotFound, "office"),
        ({"due": "14d"}, InvalidInput, "next"),
        ({"next": "Call", "due": "someday"}, InvalidInput, "due"),
        ({"next": "Call", "due": ""}, InvalidInput, "due"),
        ({"next": " "}, InvalidInput, "next"),
        ({"at": datetime(2026, 11, 1, 9)}, InvalidInput, "at"),  # noqa: DTZ001 - that is what must be refused
    ],
)
def test_what_cannot_be_logged_is_refused_and_nothing_is_written(book, acme, arguments, error, field):
    with pytest.raises(error) as refused:
        book.log("call", acme, "They called", **arguments)
    assert refused.value.field == field
    assert book.interactions.of(acme) == ()
    assert book.follow_ups.open() == ()


@pytest.mark.parametrize("summary", ["", "  \n", "nul\0"])
def test_a_summary_says_something(book, acme, summary):
    with pytest.raises(InvalidInput):
        book.log("call", acme, summary)


def test_an_unknown_kind_names_the_kinds(book, acme):
    with pytest.raises(InvalidInput) as refused:
        book.log("telegram", acme, "Stop.")
    assert "meeting" in refused.value.candidates


def test_a_time_given_in_another_zone_is_kept_in_utc(book, acme):
    nairobi = timezone(timedelta(hours=3))
    logged = book.log("call", acme, "Morning call", at=datetime(2026, 11, 2, 9, 0, tzinfo=nairobi))
    assert logged.interaction.at == datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
    assert logged.interaction.at.utcoffset() == timedelta(0)


def test_what_happened_is_listed_newest_first(book, acme):
    for day in (3, 1, 2):
        book.log("note", acme, f"day {day}", at=datetime(2026, 11, day, tzinfo=UTC))
    assert [i.summary for i in book.interactions.of(acme)] == ["day 3", "day 2", "day 1"]
    since = datetime(2026, 11, 2, tzinfo=UTC)
    assert [i.summary for i in book.interactions.of("Acme", since=since)] == ["day 3", "day 2"]


def test_one_contact_needs_no_list_and_nobody_takes_part_twice(book, acme):
    amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)
    for people in (amina, "amina@acme.example", amina.id, [amina, "amina@acme.example"]):
        logged = book.log("call", acme, "They called", people=people, staff="Dana Novak", office="RO-AFR")
        assert [person.id for person in logged.people] == [amina.id]
        assert [member.name for member in logged.staff] == ["Dana Novak"]
        assert logged.interaction.office == "RO-AFR"
    assert book.interactions.get(logged.interaction) == logged


def test_whoever_is_named_owes_the_next_step(book, acme):
    lucia = book.staff.get("lucia@accord.example")
    assert (
        book.log("call", acme, "They called", next="Write", owner="Lucía Fernández").next.owner_id == lucia.id
    )
    assert book.log("call", acme, "They called", next="Write", staff=lucia).next.owner_id == lucia.id


@pytest.mark.parametrize("key", [404, 10**30])
def test_an_interaction_that_is_not_there_is_not_found(book, key):
    with pytest.raises(NotFound):
        book.interactions.get(key)
