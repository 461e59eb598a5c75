"""People and their dated positions."""

from datetime import date

import pytest

from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="KE")


@pytest.fixture
def board(book):
    return book.organizations.add("Satellite Association", country="CH")


@pytest.fixture
def amina(book, acme):
    return book.people.add(
        "Amina Odhiambo",
        email="Amina@Acme.example",
        at=acme,
        role="Engineer",
        since=date(2018, 1, 1),
        language="en",
    )


def names(people):
    return [person.name for person in people]


def test_wish_18_a_person_holds_dated_roles_in_several_organisations(book, acme, board, amina):
    book.people.join(amina, board, role="Chair", since=date(2020, 1, 1))
    book.people.join(amina, acme, role="Head of regulatory affairs", since=date(2024, 1, 1))
    book.people.leave(amina, board, on=date(2025, 6, 30))

    def roles(on):
        return [(row.organization_id, row.role) for row in book.people.positions(amina, on=on)]

    assert roles(date(2019, 1, 1)) == [(acme.id, "Engineer")]
    assert roles(date(2021, 1, 1)) == [(acme.id, "Engineer"), (board.id, "Chair")]
    assert roles(date(2025, 7, 1)) == [(acme.id, "Engineer"), (acme.id, "Head of regulatory affairs")]
    assert len(book.people.positions(amina)) == 3
    assert names(book.people.at(board, on=date(2025, 6, 30))) == ["Amina Odhiambo"]
    assert book.people.at(board, on=date(2025, 7, 1)) == ()


def test_wish_18_several_people_take_part_in_one_interaction_each_with_their_role(book, acme, board, amina):
    juma = book.people.add("Juma Otieno", email="juma@acme.example", at=acme, role="Counsel")
    lin = book.people.add("Lin Wei", at=board, role="Secretary")
    met = book.log("meeting", acme, "All at one table", people=[amina, "juma@acme.example", lin.id])
    assert names(book.interactions.get(met.id).people) == ["Amina Odhiambo", "Juma Otieno", "Lin Wei"]
    told = {person.name: [row.role for row in book.people.positions(person)] for person in met.people}
    assert told == {"Amina Odhiambo": ["Engineer"], "Juma Otieno": ["Counsel"], "Lin Wei": ["Secretary"]}
    for person in (amina, juma, lin):
        assert [line.refers_to for line in book.timeline(person)] == [f"interaction:{met.id}"]


def test_naming_somebody_twice_is_naming_them_once(book, acme, amina):
    met = book.log("call", acme, "hello", people=[amina, amina.id])
    assert names(book.interactions.get(met.id).people) == ["Amina Odhiambo"]


@pytest.mark.parametrize(
    "key", ["amina@acme.example", " AMINA@ACME.EXAMPLE", "amina odhiambo", "Amina  Odhiambo"]
)
def test_a_person_is_found_by_address_and_name_however_written(book, amina, key):
    assert book.people.get(key).id == amina.id


def test_a_person_is_found_by_id_and_by_themselves(book, amina):
    assert book.people.get(amina.id) == book.people.get(str(amina.id)) == book.people.get(amina)


def test_namesakes_are_ambiguous_and_listed_with_their_addresses(book, amina):
    book.people.add("Amina Odhiambo")
    with pytest.raises(Ambiguous) as ambiguous:
        book.people.get("Amina Odhiambo")
    assert ambiguous.value.candidates[0] == f"{amina.id} Amina Odhiambo <Amina@Acme.example>"
    assert "no address" in ambiguous.value.candidates[1]


@pytest.mark.parametrize("key", ["nobody@acme.example", "Nobody", 1])
def test_nobody_is_not_found(book, amina, key):
    with pytest.raises(NotFound):
        book.people.get(key)


def test_an_address_belongs_to_one_person(book, amina):
    with pytest.raises(AlreadyExists, match="Another person has this e-mail address"):
        book.people.add("Somebody Else", email="amina@ACME.example")


def test_focal_points_come_first_then_the_longest_serving(book, acme, amina):
    book.people.add("Late Comer", at=acme, since=date(2026, 1, 1))
    book.people.add("Since Ever", at=acme)
    book.people.add("Focal Point", at=acme, since=date(2026, 1, 1), focal_point=True)
    assert names(book.people.at(acme)) == ["Focal Point", "Amina Odhiambo", "Late Comer", "Since Ever"]


def test_leaving_where_somebody_never_was_is_refused(book, board, amina):
    with pytest.raises(NotFound, match="holds no position at Satellite Association"):
        book.people.leave(amina, board, on=date(2025, 1, 1))


def test_nobody_leaves_before_they_came(book, acme, amina):
    with pytest.raises(NotFound):
        book.people.leave(amina, acme, on=date(2017, 12, 31))
    assert len(book.people.at(acme)) == 1


def test_a_change_shows_in_the_history_of_the_person(book, amina):
    book.people.change(amina, email="amina@new.example", reason="she wrote")
    book.people.change(amina, email=None)
    changed, removed = book.history(amina)[-2:]
    assert (changed.reason, changed.before["email"], changed.after["email"]) == (
        "she wrote",
        "Amina@Acme.example",
        "amina@new.example",
    )
    assert removed.after == {"email": None}
    assert book.people.add("Somebody Else", email="amina@new.example").email == "amina@new.example"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nonsense"),
        ("language", "xx"),
        ("time_zone", "Mars/Olympus"),
        ("shoe_size", 42),
        ("name", " "),
    ],
)
def test_a_field_that_cannot_be_is_named(book, amina, field, value):
    with pytest.raises(InvalidInput) as refused:
        book.people.change(amina, **{field: value})
    assert refused.value.field == field
