"""On what ground we write to a person."""

from datetime import date, timedelta

import pytest

from crm.consent.bases import WITHDRAWABLE, Purpose, bases_of
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.reference.consent_rules import Basis

TODAY = date(2026, 11, 24)


@pytest.fixture
def amina(book):
    return book.people.add("Amina Odhiambo", email="amina@acme.example")


def recorded(book, person, purpose="campaigns", basis="consent", **more):
    return book.bases.record(
        person, purpose, basis, **{"source": "regional fair", "evidence": "form 12", **more}
    )


def test_a_ground_holds_from_its_first_day_until_it_is_withdrawn(book, amina):
    row = recorded(book, amina, on=TODAY - timedelta(days=10), wording="v2", language="en")
    assert (row.basis, row.language, row.recorded_by) == (Basis.CONSENT, "en", "dana@accord.example")
    (ended,) = book.bases.withdraw(amina, "campaigns", reason="said so on the phone")
    assert (ended.withdrawn_on, ended.withdrawn_because) == (TODAY, "said so on the phone")
    days = {-11: 0, -10: 1, -1: 1, 0: 0, 5: 0}
    assert {n: len(book.bases.on(amina, "campaigns", day=TODAY + timedelta(days=n))) for n in days} == days
    assert [found.id for found in book.bases.of(amina)] == [row.id]


def test_grounds_are_kept_apart_by_purpose(book, amina):
    recorded(book, amina, "membership", "contract")
    assert book.bases.on(amina, Purpose.CAMPAIGNS) == ()
    assert [row.basis for row in book.bases.on(amina, "membership")] == [Basis.CONTRACT]


def test_who_no_longer_agrees_to_campaigns_is_on_the_suppression_list(book, amina):
    recorded(book, amina)
    book.bases.withdraw(amina, "campaigns", reason="asked")
    (entry,) = book.suppressions.of("amina@acme.example")
    assert (entry.scope, entry.reason) == ("campaigns", "asked")


def test_nothing_needs_to_be_on_record_for_a_person_to_refuse_campaigns(book, amina):
    assert book.bases.withdraw(amina, "campaigns", reason="asked") == ()
    assert book.suppressions.of("amina@acme.example")


def test_other_purposes_put_nobody_on_the_suppression_list(book, amina):
    recorded(book, amina, "event")
    assert len(book.bases.withdraw(amina, "event", reason="asked")) == 1
    assert book.suppressions.of("amina@acme.example") == ()


def test_a_contract_is_not_withdrawn_by_asking(book, amina):
    recorded(book, amina, "membership", "contract")
    with pytest.raises(Refused, match="A contract is not withdrawn by asking") as caught:
        book.bases.withdraw(amina, "membership", reason="asked")
    assert caught.value.rule == "bases.withdraw"
    with pytest.raises(NotFound, match="Nothing is on record"):
        book.bases.withdraw(amina, "donor", reason="asked")
    assert {Basis.CONTRACT, Basis.LEGAL_OBLIGATION} == set(Basis) - WITHDRAWABLE


def test_consent_needs_something_that_shows_it(book, amina):
    with pytest.raises(InvalidInput, match="without anything that shows it") as caught:
        recorded(book, amina, evidence=" ")
    assert caught.value.field == "evidence"
    assert recorded(book, amina, basis="legitimate interest", evidence="").evidence == ""


def test_a_ground_stands_once_from_a_day(book, amina):
    recorded(book, amina)
    with pytest.raises(AlreadyExists, match="on record from the same day"):
        recorded(book, amina)


def test_it_cannot_be_withdrawn_before_it_began(book, amina):
    recorded(book, amina, on=TODAY)
    assert book.bases.withdraw(amina, "campaigns", reason="asked", on=TODAY - timedelta(days=1)) == ()
    with pytest.raises(InvalidInput, match="there is no 'newsletter'"):
        book.bases.withdraw(amina, "newsletter", reason="asked")


def test_many_people_are_asked_about_in_one_statement(book, store, amina):
    ben = book.people.add("Ben Otieno", email="ben@acme.example")
    carla = book.people.add("Carla Diaz", email="carla@acme.example")
    recorded(book, amina)
    recorded(book, amina, basis="legitimate_interest")
    recorded(book, ben)
    book.bases.withdraw(ben, "campaigns", reason="asked")
    with store.reading() as session:
        found = bases_of(session, [amina.id, ben.id, carla.id], Purpose.CAMPAIGNS, TODAY)
    assert {person: [row.basis for row in rows] for person, rows in found.items()} == {
        amina.id: [Basis.CONSENT, Basis.LEGITIMATE_INTEREST]
    }


def test_the_grounds_of_a_duplicate_go_over_to_the_keeper(book, amina):
    twin = book.people.add("Amina O.", email="amina@home.example")
    recorded(book, twin)
    book.merge(amina, twin, reason="same person")
    assert len(book.bases.of(amina)) == 1
