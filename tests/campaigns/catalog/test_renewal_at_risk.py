from datetime import timedelta

import pytest
from support.campaign_facts import TODAY, candidate, circumstances, took_part, touch
from support.campaign_letters import every_letter, refuse_flaws, written

from campaigns.catalog.renewal_at_risk import RENEWAL_AT_RISK
from campaigns.guards import Case, objection
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.terms import Coverage
from crm.outreach.reasons import Reason
from crm.reference.categories import Category
from crm.reference.languages import Language

AT_EASE = {
    "punctuality": Punctuality.ON_TIME,
    "participation": (took_part("T-SG13"),),
    "last_touch": touch(days_ago=30),
    "owner_id": None,
}


def member(**changes):
    return candidate(**{**AT_EASE, **changes})


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"punctuality": None}, None),
        ({"punctuality": Punctuality.LATE}, "late_payment"),
        ({"punctuality": Punctuality.LATE, "participation": (), "last_touch": None}, "late_payment"),
        ({"participation": ()}, "no_participation"),
        ({"participation": (took_part("T-SG13", "asked"),)}, "no_participation"),
        ({"participation": (took_part("T-SG13", days_ago=730),)}, None),
        ({"participation": (took_part("T-SG13", days_ago=731),)}, "no_participation"),
        ({"participation": (), "member_since_on": ago(729)}, None),
        ({"participation": (), "member_since_on": ago(730)}, "no_participation"),
        ({"last_touch": touch(days_ago=365)}, None),
        ({"last_touch": touch(days_ago=366)}, "no_touch"),
        ({"last_touch": None}, "no_touch"),
        ({"last_touch": None, "member_since_on": ago(364)}, None),
    ],
)
def test_the_strongest_sign_that_a_member_may_leave(changes, kind):
    found = RENEWAL_AT_RISK.strongest(member(**changes), TODAY)[1]
    assert (found and found.kind) == kind


def test_an_account_manager_is_told_all_signs_at_once():
    account = member(punctuality=Punctuality.LATE, participation=(), last_touch=None)
    assert RENEWAL_AT_RISK.strongest(account, TODAY)[1].words == (
        "has paid late, as of 30 September 2026; has taken no part in a study group in 24 months;"
        " no office was in touch with it for a year"
    )


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing.ARREARS, Reason.ARREARS),
        (Standing.SUSPENDED, Reason.SUSPENDED),
        (Standing.CANCELLING, Reason.CANCELLING),
        (Standing.EXEMPT, Reason.EXEMPT),
    ],
)
def test_who_is_in_trouble_or_leaving_already_gets_a_letter_by_hand_instead(standing, reason):
    account = member(standing=standing, last_touch=None)
    found = objection(Case(account, RENEWAL_AT_RISK.strongest(account, TODAY)[1]), circumstances())
    assert found.reason is reason


def test_nobody_is_held_out_from_being_asked():
    assert RENEWAL_AT_RISK.hold_out == 0


ACADEMIA = {"category": Category.ACADEMIA, "coverage": Coverage.ALL, "study_group": None}
ACCOUNTS = [
    member(punctuality=Punctuality.LATE),
    member(participation=()),
    member(last_touch=None),
    member(last_touch=None, **ACADEMIA),
]


@pytest.mark.parametrize(("account", "language", "template"), every_letter(RENEWAL_AT_RISK, *ACCOUNTS))
def test_every_letter_reads_well_in_every_language(account, language, template):
    letter = written(RENEWAL_AT_RISK, account, language, template=template)
    refuse_flaws(letter, language)
    assert account.name in letter.subject
    assert "CHF" not in letter.text


@pytest.mark.parametrize("language", Language)
def test_the_letter_says_why_it_comes_and_names_a_single_sector_only(language):
    texts = [written(RENEWAL_AT_RISK, each, language, template="renewal_at_risk").text for each in ACCOUNTS]
    assert len(set(texts)) == len(ACCOUNTS)
    union = {"fr": "UIT", "es": "UIT", "ru": "МСЭ"}.get(language, "ITU")
    assert [f"{union}-T" in text for text in texts] == [True, True, True, False]
    assert all("RTD" not in text for text in texts)
