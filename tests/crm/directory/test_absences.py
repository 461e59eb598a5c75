from datetime import UTC, date, datetime

import pytest

from crm.directory.absences import standing_in
from crm.errors import InvalidInput, NotFound, Refused

MONDAY = date(2026, 11, 30)
FRIDAY = date(2026, 12, 4)


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")


@pytest.fixture
def lucia(book):
    return book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")


def deputised(store, staff, day):
    with store.reading() as session:
        return list(standing_in(session, staff.id, day))


def test_an_absence_is_noted_as_people_say_it(book, dana, lucia):
    noted = book.staff.away(dana, since="monday", until="next friday", deputy=lucia, note=" in the field ")

    assert (noted.staff_id, noted.deputy_id, noted.note) == (dana.id, lucia.id, "in the field")
    assert (noted.since_on, noted.until_on) == (MONDAY, FRIDAY)
    assert book.staff.absences() == (noted,)


@pytest.mark.parametrize(
    ("day", "stands_in"),
    [(date(2026, 11, 29), False), (MONDAY, True), (FRIDAY, True), (date(2026, 12, 5), False)],
)
def test_the_deputy_stands_in_from_the_first_to_the_last_day(book, store, dana, lucia, day, stands_in):
    book.staff.away(dana, since=MONDAY, until=FRIDAY, deputy=lucia)
    assert deputised(store, lucia, day) == ([dana.id] if stands_in else [])


def test_an_absence_without_an_end_goes_on(book, store, dana, lucia):
    book.staff.away(dana, deputy=lucia)
    assert deputised(store, lucia, date(2099, 1, 1)) == [dana.id]


def test_the_deputy_of_a_deputy_does_not_stand_in(book, store, dana, lucia):
    omar = book.staff.add("Omar Haddad", email="omar@accord.example", office="BDT")
    book.staff.away(dana, deputy=lucia)
    book.staff.away(lucia, deputy=omar)
    assert deputised(store, omar, MONDAY) == [lucia.id]


def test_one_person_is_not_away_twice_at_once(book, dana, lucia):
    book.staff.away(dana, since=MONDAY, until=FRIDAY)
    with pytest.raises(Refused, match="away at that time already") as caught:
        book.staff.away(dana, since=FRIDAY)
    assert "book.staff.back" in caught.value.hint
    book.staff.away(dana, since=date(2026, 12, 5))
    book.staff.away(lucia, since=FRIDAY)


def test_nobody_stands_in_for_themselves(book, dana):
    with pytest.raises(InvalidInput, match="for themselves") as caught:
        book.staff.away(dana, deputy="dana@accord.example")
    assert caught.value.field == "deputy"


def test_who_no_longer_works_here_does_not_stand_in(book, dana, lucia):
    book.staff.retire(lucia, reason="moved on")
    with pytest.raises(Refused, match="Lucía Fernández no longer works here"):
        book.staff.away(dana, deputy=lucia)


def test_an_absence_ends_after_it_begins(book, dana):
    with pytest.raises(InvalidInput, match="end before it begins"):
        book.staff.away(dana, since=FRIDAY, until=MONDAY)


def test_who_is_back_early_is_back(book, store, dana, lucia):
    book.staff.away(dana, since="yesterday", until=FRIDAY, deputy=lucia)

    ended = book.staff.back(dana)

    assert ended.until_on == date(2026, 11, 23)
    assert deputised(store, lucia, date(2026, 11, 24)) == []
    assert book.staff.absences() == ()


def test_an_absence_that_is_called_off_leaves_nothing_but_its_trail(book, dana):
    noted = book.staff.away(dana, since=MONDAY, until=FRIDAY)
    assert book.staff.back(dana, on=MONDAY) is None
    assert book.staff.absences(who=dana, on=MONDAY) == ()
    assert [entry.verb for entry in book.history(noted)] == ["absence.noted", "absence.ended"]


def test_who_is_not_away_cannot_come_back(book, dana):
    with pytest.raises(NotFound, match="Dana Novak is not away on 24 November 2026"):
        book.staff.back(dana)


def test_absences_are_asked_for_by_person_and_day(book, dana, lucia):
    over = book.staff.away(dana, since="10d ago", until="3d ago")
    running = book.staff.away(lucia, since="yesterday", until="tomorrow")
    ahead = book.staff.away(dana, since=MONDAY)

    assert book.staff.absences() == (running, ahead)
    assert book.staff.absences(who=dana) == (ahead,)
    assert book.staff.absences(on="3d ago") == (over,)
    assert book.staff.absences(who=lucia, on=MONDAY) == ()


def test_an_absence_begins_on_the_day_where_the_person_works(book, clock):
    clock.at = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    book.staff.add("Aroha Ngata", email="aroha@accord.example", office="RO-ASP", time_zone="Pacific/Auckland")
    assert book.staff.away("aroha@accord.example").since_on == date(2026, 11, 25)
