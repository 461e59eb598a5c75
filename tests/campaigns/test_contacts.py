import pytest
from support.campaign_facts import candidate, contact

from campaigns.contacts import next_senior
from crm.reference.languages import Language

FIRST, CLERK = contact(1), contact(2)
HEAD, CHIEF = contact(3, senior=True), contact(4, senior=True)


def chosen(*contacts, after=1, spoken_for=frozenset(), default=Language.ENGLISH):
    account = candidate(contacts=contacts)
    found = next_senior(
        account, after=after, language=Language.ENGLISH, default=default, spoken_for=spoken_for
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
