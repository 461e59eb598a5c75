from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.engagement.teams import covering
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused

TODAY = date(2026, 11, 24)


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")


@pytest.fixture
def lucia(book):
    return book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")


@pytest.fixture
def acme(book, dana):
    return book.organizations.add("Acme", country="KE", owner=dana)


def seats(book, account, **kwargs):
    return [(seat.office, seat.staff_id, seat.lead) for seat in book.teams.of(account, **kwargs)]


def test_offices_sit_in_the_team_of_an_account_with_or_without_a_name(book, acme, dana, lucia):
    book.teams.join(acme, office="TSB", staff=lucia)
    book.teams.join(acme, office="bdt", staff=dana, lead=True)
    book.teams.join(acme, office="RO-AFR")
    assert seats(book, acme) == [("BDT", dana.id, True), ("RO-AFR", None, False), ("TSB", lucia.id, False)]


def test_a_seat_is_taken_once(book, acme, lucia):
    book.teams.join(acme, office="TSB")
    book.teams.join(acme, office="TSB", staff=lucia)
    for staff in (None, lucia):
        with pytest.raises(AlreadyExists, match="taken already"):
            book.teams.join(acme, office="TSB", staff=staff)


def test_one_office_leads_and_the_one_that_led_keeps_its_seat(book, acme, dana, lucia):
    book.teams.join(acme, office="BDT", staff=dana, lead=True)
    book.teams.join(acme, office="TSB", staff=lucia)
    given = book.teams.join(acme, office="TSB", staff=lucia, lead=True)
    assert given.lead
    assert seats(book, acme) == [("TSB", lucia.id, True), ("BDT", dana.id, False)]


def test_who_leads_already_goes_on_leading_and_leaves_no_trace(book, acme, dana):
    seat = book.teams.join(acme, office="BDT", staff=dana, lead=True)
    assert book.teams.join(acme, office="BDT", staff=dana, lead=True) == seat
    assert len(book.history(seat)) == 1


def test_a_seat_that_has_not_begun_can_be_given_up(book, acme):
    book.teams.join(acme, office="BR", since=date(2027, 1, 1))
    assert book.teams.leave(acme, office="BR")[0].until_on == date(2026, 12, 31)
    assert seats(book, acme, on=date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("manager", "lead_seat", "office", "staff"),
    [
        (None, None, None, None),
        ("dana", None, "BDT", "dana"),
        ("dana", ("BDT", None), "BDT", "dana"),
        ("dana", ("BDT", "eve"), "BDT", "dana"),
        ("dana", ("TSB", "lucia"), "TSB", "lucia"),
        ("dana", ("TSB", None), "TSB", None),
        (None, ("TSB", "lucia"), "TSB", "lucia"),
    ],
)
def test_the_lead_seat_names_the_office_and_the_account_manager_speaks_for_their_own(
    book, dana, lucia, manager, lead_seat, office, staff
):
    people = {
        "dana": dana,
        "lucia": lucia,
        "eve": book.staff.add("Eve", email="eve@accord.example", office="BDT"),
    }
    account = book.organizations.add("Other", owner=people.get(manager))
    if lead_seat:
        book.teams.join(account, office=lead_seat[0], staff=people.get(lead_seat[1]), lead=True)
    lead = book.teams.lead(account)
    assert (lead and lead.office, lead and lead.staff and lead.staff.id) == (
        office,
        staff and people[staff].id,
    )


def test_a_seat_that_is_left_is_free_at_once_and_stays_on_record(book, acme, lucia, clock):
    book.teams.join(acme, office="TSB", staff=lucia, since=date(2026, 1, 1))
    (left,) = book.teams.leave(acme, office="TSB")
    assert left.until_on == TODAY - timedelta(days=1)
    assert seats(book, acme) == []
    assert seats(book, acme, on=date(2026, 6, 1)) == [("TSB", lucia.id, False)]
    assert book.teams.join(acme, office="TSB", staff=lucia).since_on == TODAY


def test_a_seat_taken_by_mistake_has_covered_no_day(book, acme):
    book.teams.join(acme, office="TSB")
    book.teams.leave(acme, office="TSB")
    assert seats(book, acme) == []
    with pytest.raises(InvalidInput, match="before it began"):
        book.teams.join(acme, office="BR")
        book.teams.leave(acme, office="BR", on=TODAY - timedelta(days=9))


def test_one_member_leaves_and_the_others_stay(book, acme, lucia):
    eve = book.staff.add("Eve", email="eve@accord.example", office="TSB")
    book.teams.join(acme, office="TSB", staff=lucia)
    book.teams.join(acme, office="TSB", staff=eve)
    book.teams.leave(acme, office="TSB", staff=lucia)
    assert seats(book, acme) == [("TSB", eve.id, False)]
    for given in ({"staff": lucia}, {"office": "BR"}):
        with pytest.raises(NotFound, match="no such seat"):
            book.teams.leave(acme, **{"office": "TSB", **given})


def test_only_the_offices_own_people_who_work_here_sit_for_it(book, acme, dana, lucia):
    with pytest.raises(Refused, match="belongs to TSB") as caught:
        book.teams.join(acme, office="BDT", staff=lucia)
    assert caught.value.rule == "teams.own_staff"
    book.staff.retire(dana, reason="left")
    with pytest.raises(Refused, match="no longer works here"):
        book.teams.join(acme, office="BDT", staff=dana)


def test_who_covers_an_account_is_told_for_all_accounts_in_one_statement(book, store, acme, dana, lucia):
    other = book.organizations.add("Other", owner=lucia)
    nobody = book.organizations.add("Nobody's")
    book.teams.join(acme, office="TSB", staff=lucia, lead=True)
    with store.reading() as session:
        found = {tuple(row) for row in session.execute(select(covering(TODAY).subquery()))}
    assert found == {
        (acme.id, "TSB", lucia.id, True),
        (acme.id, "BDT", dana.id, False),
        (other.id, "TSB", lucia.id, True),
    }
    assert nobody.id not in {row[0] for row in found}


def test_a_merge_brings_the_team_along(book, acme, lucia):
    twin = book.organizations.add("Acme Ltd")
    for account in (acme, twin):
        book.teams.join(account, office="TSB", staff=lucia)
    book.teams.join(twin, office="BR", lead=True)
    merged = book.merge(acme, twin, reason="same LEI")
    assert seats(book, acme) == [("BR", None, True), ("TSB", lucia.id, False)]
    assert [stayed.rule for stayed in merged.stayed] == ["uq_team_seat_open"]
