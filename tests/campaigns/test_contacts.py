import pytest
from support.campaign_facts import NOW, TODAY, candidate, circumstances, contact, correspondence

from campaigns.contacts import next_senior
from crm.consent.permission import Recorded
from crm.reference.languages import Language

FIRST, CLERK = contact(1), contact(2)
HEAD, CHIEF = contact(3, senior=True), contact(4, senior=True)


def chosen(*contacts, after=1, spoken_for=frozenset(), default=Language.ENGLISH, **around):
    account = candidate(contacts=contacts)
    found = next_senior(
        account,
        after=after,
        language=Language.ENGLISH,
        default=default,
        spoken_for=spoken_for,
        around=circumstances(**around),
    )
    return found and found.person_id


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ((FIRST, CLERK, HEAD, CHIEF), 3),
        ((FIRST, CLERK), None),
        ((HEAD, FIRST), None),
        ((FIRST,), None),
        ((), None),
        ((FIRST, contact(3, senior=True, suppressed=True), CHIEF), 4),
        ((FIRST, contact(3, senior=True, language=Language.FRENCH), CHIEF), 4),
        ((FIRST, contact(3, senior=True, language=None)), 3),
    ],
)
def test_the_next_senior_contact_is_found(contacts, expected):
    assert chosen(*contacts) == expected


def test_nobody_is_written_to_for_two_accounts_of_a_run():
    assert chosen(FIRST, HEAD, CHIEF, spoken_for=frozenset({3})) == 4


def test_a_second_switch_goes_on_and_never_back():
    assert chosen(HEAD, FIRST, CHIEF, after=3) == 4
    assert chosen(HEAD, FIRST, CHIEF, after=4) is None


def test_without_a_default_language_somebody_of_whom_nobody_has_said_is_passed_over():
    assert chosen(FIRST, contact(3, senior=True, language=None), default=None) is None


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({}, 3),
        ({"correspondence": correspondence(providers=frozenset({"acme.example"}))}, None),
        (
            {
                "correspondence": correspondence(providers=frozenset({"acme.example"})),
                "foreign_addresses": True,
            },
            3,
        ),
        ({"correspondence": correspondence(domains={1: frozenset({"another.example"})})}, None),
        ({"correspondence": correspondence(recorded={3: Recorded(objected_on=TODAY)})}, 4),
        ({"written": {3: NOW}}, 4),
    ],
)
def test_whom_a_guard_would_not_let_in_is_passed_over(around, expected):
    assert chosen(FIRST, HEAD, CHIEF, **around) == expected
