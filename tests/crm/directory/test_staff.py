import pytest

from crm.errors import AccordError, AlreadyExists, Ambiguous, InvalidInput, NotFound


def test_a_member_of_staff_is_found_by_any_reasonable_key(book):
    dana = book.staff.add(
        " Dana  Nováková ", email="Dana@Accord.example", office="bdt", title="Account manager"
    )
    eve = book.staff.add(
        "Eve Hart", email="eve@accord.example", office="RO-AFR", time_zone="Africa/Addis_Ababa"
    )
    assert (dana.name, dana.email, dana.office, dana.active) == (
        "Dana Nováková",
        "dana@accord.example",
        "BDT",
        True,
    )
    for key in (dana, dana.id, str(dana.id), "DANA@accord.EXAMPLE", "dana novakova"):
        assert book.staff.get(key).id == dana.id, key
    assert [person.name for person in book.staff] == ["Dana Nováková", "Eve Hart"]
    assert (eve.time_zone, dana.time_zone) == ("Africa/Addis_Ababa", "Europe/Zurich")


def test_a_key_that_fits_nobody_or_several_is_told(book):
    first = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    second = book.staff.add("Dana Novak", email="dana.2@accord.example", office="TSB")
    for key in ("Nobody", "nobody@accord.example", 7**20, 10**30, ""):
        with pytest.raises(NotFound) as caught:
            book.staff.get(key)
        assert (caught.value.field, caught.value.value) == ("staff", key)
    with pytest.raises(Ambiguous) as caught:
        book.staff.get("dana novak")
    assert caught.value.candidates == (
        f"{first.id} dana@accord.example",
        f"{second.id} dana.2@accord.example",
    )


@pytest.mark.parametrize(
    ("fields", "kind", "field"),
    [
        ({"email": "dana"}, InvalidInput, "email"),
        ({"office": "XXX"}, NotFound, "office"),
        ({"time_zone": "Geneva"}, InvalidInput, "time_zone"),
        ({"email": "EVE@accord.example"}, AlreadyExists, "email"),
        ({"name": "  "}, InvalidInput, "name"),
    ],
)
def test_a_value_that_is_not_what_it_should_be_is_named(book, fields, kind, field):
    book.staff.add("Eve Hart", email="eve@accord.example", office="TSB")
    with pytest.raises(AccordError) as caught:
        book.staff.add(**({"name": "Dana", "email": "dana@accord.example", "office": "BDT"} | fields))
    assert (type(caught.value), caught.value.field) == (kind, field)
    assert len(list(book.staff)) == 1


def test_who_retires_keeps_their_accounts_until_they_are_handed_over(book):
    dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    acme = book.organizations.add("Acme", owner=dana)
    assert book.staff.retire("dana@accord.example", reason="She moved.").active is False
    assert book.organizations.get(acme).owner_id == dana.id
    assert book.history(dana)[-1].reason == "She moved."
