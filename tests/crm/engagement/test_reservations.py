from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from crm.errors import InvalidInput, NotFound, Refused


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    return book.organizations.add("Acme", country="KE")


def test_an_office_reserves_an_account_with_a_reason_and_an_end(book, acme):
    held = book.reservations.reserve(acme, reason="Talks on the upgrade", until="3m")
    assert (held.office, held.reason, held.until_on) == ("BDT", "Talks on the upgrade", date(2027, 2, 24))
    assert (held.since_on, held.reserved_by) == (date(2026, 11, 24), "dana@accord.example")
    assert book.reservations.of(acme) == held


def test_another_office_is_told_whose_it_is_and_until_when(book, acme):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    with pytest.raises(Refused, match=r"TSB has reserved Acme until 8 December 2026 \(Talks\)\.") as caught:
        book.reservations.reserve(acme, reason="We want it too", until="2w")
    assert (caught.value.rule, caught.value.value) == ("reservations.one_at_a_time", "TSB")


def test_the_office_that_holds_it_may_prolong_its_reservation(book, acme):
    first = book.reservations.reserve(acme, reason="Talks", until="2w")
    again = book.reservations.reserve(acme, reason="Still talking", until="4w")
    assert (again.id, again.reason, again.until_on) == (first.id, "Still talking", date(2026, 12, 22))


def test_a_reservation_counts_to_its_last_day_and_no_longer(book, acme, clock):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until=date(2026, 11, 30))
    assert book.reservations.of(acme, on=date(2026, 11, 30))
    clock.advance(timedelta(days=7))
    assert book.reservations.of(acme) is None
    assert book.reservations.running() == ()
    assert book.reservations.reserve(acme, reason="Ours now", until="2w").office == "BDT"


def test_a_released_account_may_be_reserved_the_same_day(book, acme, clock):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="3m")
    assert book.reservations.release(acme, reason="They signed").released_at == clock.now()
    assert book.reservations.of(acme) is None
    book.reservations.reserve(acme, reason="Ours now", until="2w")
    with pytest.raises(NotFound, match="Nobody has reserved Other"):
        book.reservations.release(book.organizations.add("Other"), reason="…")


def test_those_that_end_first_are_listed_first(book, acme):
    other = book.organizations.add("Other")
    book.reservations.reserve(acme, reason="Talks", until="3m")
    book.reservations.reserve(other, office="TSB", reason="Talks", until="2w")
    assert [row.organization_id for row in book.reservations.running()] == [other.id, acme.id]
    assert [row.organization_id for row in book.reservations.running(office="BDT")] == [acme.id]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"reason": " "}, "reason"), ({"until": "yesterday"}, "until"), ({"until": "for ever"}, "until")],
)
def test_there_is_no_reservation_without_a_reason_and_an_end_to_come(book, acme, given, field):
    with pytest.raises(InvalidInput) as caught:
        book.reservations.reserve(acme, **{"reason": "Talks", "until": "3m", **given})
    assert caught.value.field == field


def test_somebody_of_no_office_must_name_one(make_book, acme):
    with pytest.raises(InvalidInput, match="For which office"):
        make_book(actor="job").reservations.reserve(acme, reason="Talks", until="3m")


def test_of_two_that_reserve_at_once_one_is_refused(book, make_book, acme):
    together = Barrier(2)

    def reserve(office):
        other = make_book()
        together.wait()
        try:
            return other.reservations.reserve(acme, office=office, reason="Talks", until="3m").office
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(reserve, ("TSB", "BR")))
    assert found.count("refused") == 1
    assert book.reservations.of(acme).office in found
