from datetime import UTC, date, datetime

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


LAST_SUNDAY_OF_OCTOBER, LAST_SUNDAY_OF_MARCH = date(2026, 10, 25), date(2027, 3, 28)


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), "Europe/Zurich", date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), "Europe/Zurich", date(2026, 11, 25)),
        (datetime(2026, 11, 24, 11, 0, tzinfo=UTC), "Pacific/Auckland", date(2026, 11, 25)),
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 24)),
        # Summer time ends: the day has 25 hours.
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Europe/Zurich", LAST_SUNDAY_OF_OCTOBER),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Zurich", LAST_SUNDAY_OF_OCTOBER),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Europe/Zurich", date(2026, 10, 26)),
        # Summer time begins: the day has 23 hours.
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), "Europe/Zurich", LAST_SUNDAY_OF_MARCH),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), "Europe/Zurich", LAST_SUNDAY_OF_MARCH),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), "Europe/Zurich", date(2027, 3, 29)),
    ],
)
def test_wish_14_today_is_the_day_where_one_works(book, clock, now, zone, day):
    clock.at = now
    dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT", time_zone=zone)
    assert book.staff.today() == book.staff.today(dana) == day


def test_the_day_of_whoever_is_not_on_the_staff_is_counted_in_utc(make_book, clock):
    book = make_book(actor="campaign.sweep")
    clock.at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert (book.staff.today(), book.staff.zone()) == (date(2026, 11, 24), UTC)
    with pytest.raises(NotFound):
        book.staff.today("nobody@accord.example")
