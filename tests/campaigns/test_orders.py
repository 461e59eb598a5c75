from functools import cache

import pytest
from support.campaign_facts import NOW, candidate, contact, sent, waiting

from campaigns.intents import Finish, PlanTask, Send, Turn
from campaigns.occasion import Manager, Stationery
from campaigns.orders import Signing, move_of
from crm.directory.tables import OrganizationKind
from crm.mail.templates import TemplateFolder
from crm.outreach.approved import Signature

wording = cache(TemplateFolder().version)
FIRST, MINISTER = contact(901, name="Amina"), contact(902, name="Joy", roles=("Minister of Communications",))
ADMINISTRATION = candidate(kind=OrganizationKind.ADMINISTRATION, contacts=(FIRST, MINISTER))
DANA = Manager(70, "Dana", "", "dana@accord.example", "Standardization Bureau", "TSB")
EVE = Manager(71, "Eve", "Account manager", "eve@accord.example", "Development Bureau", "BDT")
JOAO = Manager(72, "João", "", "joao@accord.example", "General Secretariat", "GS")
FROZEN = {"person": {"name": "Amina"}, "manager": {"name": "Dana", "email": "dana@accord.example"}}
AGAIN = Send("again", "associate_upgrade_reminder")
TO_THE_MINISTER = (Turn("head", "again", 902), AGAIN)


def taken(*steps, account=ADMINISTRATION, facts=FROZEN, active=(DANA, EVE, JOAO), **changes):
    """The last of some steps that an account takes in one go; João has prepared the run."""
    stationery = Stationery("Membership", "membership@accord.example", {one.id: one for one in active})
    signing = Signing(
        Signature(title="Relations", office="GS"), stationery, stationery.colleague("joao@accord.example")
    )
    where = waiting(facts=facts, **changes)
    return move_of(where, (*steps, Finish()), account, wording=wording, signing=signing, now=NOW).taking[-1]


def letter(*steps, **changes):
    """The letter that an account gets for some steps taken in one go."""
    return taken(*steps, **changes).letter


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


@pytest.mark.parametrize(
    ("owner", "active", "signed", "doer"),
    [
        (70, (DANA, EVE, JOAO), "Dana", 70),
        (71, (DANA, EVE, JOAO), "Eve", 71),
        (71, (EVE, JOAO), "Eve", 71),
        (70, (EVE, JOAO), "Membership", 72),
        (None, (DANA, JOAO), "Membership", 72),
        (70, (EVE,), "Membership", None),
    ],
)
def test_the_letter_and_the_task_are_of_who_keeps_the_account_now_and_works_here(owner, active, signed, doer):
    account = candidate(contacts=(FIRST,), owner_id=owner)
    sent_now = letter(AGAIN, account=account, active=active)
    assert sent_now.from_name == {**sent_now.kept, **sent_now.facts}["manager"]["name"] == signed
    call = PlanTask("call", "Call them", NOW.date())
    assert taken(call, account=account, active=active).task.owner_id == doer


def test_a_new_manager_signs_with_their_own_title_office_and_address():
    assert letter(AGAIN, account=candidate(contacts=(FIRST,), owner_id=71)).facts["manager"] == {
        "name": "Eve",
        "title": "Account manager",
        "office": "Development Bureau",
        "email": "eve@accord.example",
    }
