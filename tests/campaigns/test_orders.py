from functools import cache

from support.campaign_facts import NOW, candidate, contact, sent, waiting

from campaigns.intents import Finish, Send, Turn
from campaigns.orders import move_of
from crm.directory.tables import OrganizationKind
from crm.mail.templates import TemplateFolder

wording = cache(TemplateFolder().version)
FIRST, MINISTER = contact(901, name="Amina"), contact(902, name="Joy", roles=("Minister of Communications",))
ADMINISTRATION = candidate(kind=OrganizationKind.ADMINISTRATION, contacts=(FIRST, MINISTER))
DANA = {"name": "Dana", "email": "dana@accord.example"}
FROZEN = {"person": {"name": "Amina"}, "manager": DANA}
AGAIN = Send("again", "associate_upgrade_reminder")
TO_THE_MINISTER = (Turn("head", "again", 902), AGAIN)


def letter(*steps, account=ADMINISTRATION, facts=FROZEN, **changes):
    """The letter that an account gets for some steps taken in one go."""
    where = waiting(facts=facts, **changes)
    move = move_of(where, (*steps, Finish()), account, wording=wording, now=NOW)
    return move.taking[-1].letter


def test_what_was_frozen_of_the_reader_is_not_said_twice():
    assert letter(AGAIN).facts == {}
    salutation = {"name": "Amina", "salutation": "Excellency", "role": "Minister"}
    excellency = candidate(
        kind=OrganizationKind.ADMINISTRATION, contacts=(contact(901, name="Amina", roles=("Minister",)),)
    )
    assert letter(AGAIN, account=excellency, facts={**FROZEN, "person": salutation}).facts == {}


def test_another_reader_is_addressed_by_their_own_office():
    to_the_minister = letter(*TO_THE_MINISTER)
    assert to_the_minister.to_name == "Joy"
    assert to_the_minister.facts == {"person": {"name": "Joy", "salutation": "Excellency"}}
    a_company = candidate(contacts=(FIRST, MINISTER))
    assert letter(*TO_THE_MINISTER, account=a_company).facts == {"person": {"name": "Joy"}}


def test_the_salutation_of_the_first_reader_is_not_left_to_the_second():
    frozen = {**FROZEN, "person": {"name": "Joy", "salutation": "Excellency"}}
    namesake = candidate(contacts=(FIRST, contact(902, name="Joy")))
    assert letter(*TO_THE_MINISTER, account=namesake, facts=frozen).facts == {"person": {"name": "Joy"}}


def test_a_letter_names_the_last_one_to_its_reader_and_none_to_a_colleague_of_theirs():
    done = {"letter": sent(person_id=901)}
    assert letter(AGAIN, done=done).facts == {"previous": {"sent_on": NOW.date()}}
    assert "previous" not in letter(*TO_THE_MINISTER, done=done).facts
