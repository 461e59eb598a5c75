import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from crm.consent.suppressions import Scope, excepted, refuses, suppressed
from crm.errors import InvalidInput


def scopes(book, address):
    return {entry.scope for entry in book.suppressions.of(address)}


@pytest.mark.parametrize("spelling", ["amina@acme.example", "AMINA@Acme.Example", " amina@acme.example "])
def test_a_refusal_holds_for_every_spelling_of_the_address(book, spelling):
    book.suppressions.add("Amina@acme.example", reason="asked")
    assert scopes(book, spelling) == {Scope.CAMPAIGNS}


def test_refusing_twice_is_refusing_once_and_refusing_all_is_more(book):
    for scope in ("campaigns", "campaigns", "all"):
        book.suppressions.add("amina@acme.example", scope=scope)
    assert scopes(book, "amina@acme.example") == {Scope.CAMPAIGNS, Scope.ALL}


EVENTS = frozenset({"event"})


@pytest.mark.parametrize(
    ("refusals", "about", "refused"),
    [
        ({}, "event", False),
        ({Scope.CAMPAIGNS: frozenset()}, "event", True),
        ({Scope.CAMPAIGNS: EVENTS}, "event", False),
        ({Scope.CAMPAIGNS: EVENTS}, "campaigns", True),
        ({Scope.CAMPAIGNS: EVENTS}, None, True),
        ({Scope.ALL: frozenset()}, "event", True),
        ({Scope.ALL: frozenset(), Scope.CAMPAIGNS: EVENTS}, "event", True),
    ],
)
def test_what_is_excepted_from_a_refusal_is_not_refused(refusals, about, refused):
    assert refuses(refusals, about) is refused


def make_exception(book, address, *purposes):
    with book._store.changing("preferences.chosen") as change:
        excepted(change, address, purposes, keys=book.identity.keys)


def refusals_of(book, address):
    with book._store.reading() as session:
        return suppressed(session, [address], keys=book.identity.keys).get(address)


def test_an_exception_stands_until_the_next_refusal_and_makes_none(book):
    make_exception(book, "amina@acme.example", "event")
    assert refusals_of(book, "amina@acme.example") is None
    book.suppressions.add("amina@acme.example")
    make_exception(book, "amina@acme.example", "event")
    assert refusals_of(book, "amina@acme.example") == {Scope.CAMPAIGNS: EVENTS}
    book.suppressions.add("amina@acme.example", reason="complained")
    assert refusals_of(book, "amina@acme.example") == {Scope.CAMPAIGNS: frozenset()}


def test_of_two_entries_for_one_address_the_stricter_counts(make_book):
    former, current = (SecretStr(letter * 40) for letter in "ab")
    old, new = make_book(secret_key=former), make_book(secret_key=current)
    both = make_book(secret_key=current, former_keys=(former,))
    for book, purposes in ((old, ("event",)), (new, ("event", "donor"))):
        book.suppressions.add("amina@acme.example")
        make_exception(book, "amina@acme.example", *purposes)
    assert refusals_of(both, "amina@acme.example") == {Scope.CAMPAIGNS: EVENTS}


def test_the_list_holds_no_address(book, engine):
    book.suppressions.add("amina@acme.example")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT s::text FROM suppression s")).scalars().all()
        trail = connection.execute(text("SELECT c::text FROM trail_change c")).scalars().all()
    assert rows
    assert not [row for row in (*rows, *trail) if "amina" in row or "acme" in row]


def test_a_refusal_is_lifted_with_a_reason_that_stays_on_the_trail(book):
    book.suppressions.add("amina@acme.example", scope="all", reason="bounced")
    assert book.suppressions.lift("amina@acme.example", reason="she wrote that the address works again") == 1
    assert scopes(book, "amina@acme.example") == set()
    assert book.trail.latest()[0].reason == "she wrote that the address works again"


def test_a_refusal_made_under_a_former_key_still_holds(make_book):
    former, current = (SecretStr(letter * 40) for letter in "ab")
    make_book(secret_key=former).suppressions.add("amina@acme.example")

    rotated = make_book(secret_key=current, former_keys=(former,))
    stranger = make_book(secret_key=current)

    assert scopes(rotated, "amina@acme.example") == {Scope.CAMPAIGNS}
    assert scopes(stranger, "amina@acme.example") == set()


def test_after_a_rotation_a_refusal_is_neither_kept_twice_nor_half_lifted(make_book):
    former, current = (SecretStr(letter * 40) for letter in "ab")
    make_book(secret_key=former).suppressions.add("amina@acme.example")
    rotated = make_book(secret_key=current, former_keys=(former,))
    rotated.suppressions.add("amina@acme.example")
    rotated.suppressions.add("amina@acme.example", scope="all")
    assert len(rotated.suppressions.of("amina@acme.example")) == 2
    assert rotated.suppressions.lift("amina@acme.example", reason="she asked") == 2
    assert make_book(secret_key=former).suppressions.of("amina@acme.example") == ()


def test_many_addresses_are_looked_up_at_once_each_in_its_own_spelling(book):
    book.suppressions.add("amina@acme.example", scope="all", reason="bounced")
    spellings = ["amina@acme.example", "Amina@ACME.example", "omar@acme.example"]
    with book._store.reading() as session:
        found = suppressed(session, spellings, keys=book.identity.keys)
        assert suppressed(session, [], keys=book.identity.keys) == {}
    assert found == {key: {Scope.ALL: frozenset()} for key in spellings[:2]}


@pytest.mark.parametrize(
    ("values", "field"), [({"scope": "some"}, "scope"), ({"reason": "because"}, "reason")]
)
def test_a_scope_or_reason_that_there_is_not_is_refused(book, values, field):
    with pytest.raises(InvalidInput) as caught:
        book.suppressions.add("amina@acme.example", **values)
    assert caught.value.field == field
    assert book.suppressions.of("amina@acme.example") == ()


def test_what_is_no_address_is_refused(book):
    with pytest.raises(InvalidInput):
        book.suppressions.add("amina at acme")


def test_a_refusal_waits_for_whoever_holds_the_person(book, engine):
    person = book.people.add("Amina", email="amina@acme.example")
    refusing = threading.Thread(target=book.suppressions.add, args=("amina@acme.example",), daemon=True)
    with engine.begin() as connection:
        connection.execute(text("SELECT 1 FROM person WHERE id = :id FOR NO KEY UPDATE"), {"id": person.id})
        refusing.start()
        refusing.join(0.3)
        assert refusing.is_alive()
    refusing.join(60)
    assert scopes(book, "amina@acme.example") == {Scope.CAMPAIGNS}


def test_two_who_refuse_at_once_for_a_stranger_refuse_once(book):
    with ThreadPoolExecutor(1) as pool:
        with book.transaction():
            book.suppressions.add("stranger@acme.example")
            other = pool.submit(book.suppressions.add, "stranger@acme.example")
            wait([other], timeout=0.3)
            assert not other.done()
        assert other.result(timeout=60) is None
    assert scopes(book, "stranger@acme.example") == {Scope.CAMPAIGNS}
