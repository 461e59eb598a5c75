from decimal import Decimal

import pytest
from support.campaign_facts import campaign, candidate, contact

from campaigns.letter_facts import letter_facts
from campaigns.occasion import Manager, Stationery
from campaigns.signal import Signal
from crm.directory.tables import OrganizationKind
from crm.membership.upgrade_fees import UpgradeFees
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import YearlyFee
from crm.reference.languages import Language

DANA = Manager(70, "Dana Keller", "Account manager", "dana@accord.example", "Standardization Bureau", "TSB")
TITLES = {"T-SG13": "Future networks", "T-SG17": "Security"}
STATIONERY = Stationery("Membership team", "membership@accord.example", {70: DANA}, TITLES)
READER = contact(1, name="Amina Odhiambo")
SECOND = Signal("second_study_group", "…", {"study_group": "T-SG17"})


def facts(language="en", *, of=READER, signal=SECOND, stationery=STATIONERY, **changes):
    return letter_facts(
        campaign(),
        candidate(**changes),
        signal=signal,
        contact=of,
        language=Language(language),
        stationery=stationery,
    )


def test_a_letter_knows_its_reader_its_account_why_it_is_written_and_who_signs():
    assert facts(name="Acme") == {
        "person": {"name": "Amina Odhiambo"},
        "organization": {"name": "Acme"},
        "sector": {"name": "ITU-T"},
        "study_group": {"code": "SG13", "title": "Future networks"},
        "signal": {"kind": "second_study_group", "study_group": "SG17", "study_group_title": "Security"},
        "manager": {
            "name": "Dana Keller",
            "title": "Account manager",
            "office": "Standardization Bureau",
            "email": "dana@accord.example",
        },
    }


@pytest.mark.parametrize(("language", "sector"), [("en", "ITU-T"), ("fr", "UIT-T"), ("ar", "ITU-T")])
def test_the_sector_is_called_as_readers_of_the_language_know_it(language, sector):
    assert facts(language)["sector"] == {"name": sector}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_on_record_in_english_only_does_not_stand_in_other_languages(language):
    found = facts(language)
    assert found["study_group"] == {"code": "SG13"}
    assert found["signal"] == {"kind": "second_study_group", "study_group": "SG17"}
    assert found["manager"]["office"] == "TSB"


@pytest.mark.parametrize("owner", [None, 71])
def test_without_an_active_account_manager_the_office_signs_in_the_letters_language(owner):
    assert facts("fr", owner_id=owner)["manager"] == {
        "name": "Membership team",
        "title": "Relations avec les membres",
        "office": "Secrétariat général",
        "email": "membership@accord.example",
    }


def test_a_minister_of_an_administration_is_addressed_as_one_and_a_recorded_salutation_goes_first():
    minister = contact(1, roles=("Minister of Communications",))
    assert facts(of=minister, kind=OrganizationKind.ADMINISTRATION)["person"] == {
        "name": "Person 1",
        "salutation": "Excellency",
    }
    assert "salutation" not in facts(of=minister)["person"]
    known = contact(1, salutation="Dear Professor Haddad")
    assert facts(of=known)["person"]["salutation"] == "Dear Professor Haddad"
    assert "salutation" not in facts("fr", of=known)["person"]


def test_an_account_manager_without_a_title_signs_with_that_of_the_campaign():
    untitled = Manager(70, "Dana", "", "dana@accord.example", "Standardization Bureau", "TSB")
    found = facts(stationery=Stationery("Team", "team@accord.example", {70: untitled}, {}))
    assert found["manager"]["title"] == "Membership"
    assert "title" not in found["study_group"]


def test_no_fee_stands_in_a_letter_while_no_fee_table_is_on_record():
    assert "fee" not in facts()


def fee(amount, certainty):
    return YearlyFee(
        Decimal(amount), None, assumed=False, rule="associate-T", basis="", certainty=Certainty(certainty)
    )


@pytest.mark.parametrize(
    ("associate", "sector_member", "named"),
    [
        ("verified", "verified", True),
        ("derived", "verified", True),
        ("unverified", "verified", False),
        ("verified", "unverified", False),
    ],
)
def test_a_letter_names_fees_only_where_a_source_states_both(associate, sector_member, named):
    fees = UpgradeFees(fee("10600.00", associate), fee("31800.00", sector_member))
    found = facts(upgrade_fees=fees)
    whole = {"current": "10600.00", "full": "31800.00", "currency": "CHF"}
    assert found.get("fee") == (whole if named else None)


def test_without_known_fees_a_letter_names_none():
    assert "fee" not in facts()
