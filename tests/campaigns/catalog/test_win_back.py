from datetime import date, timedelta

import pytest
from support.campaign_facts import TODAY, circumstances, took_part
from support.campaign_letters import concerns, every_letter, prospect, refuse_flaws, written

from campaigns.catalog.win_back import WIN_BACK, left_in_peace
from campaigns.guards import Case, objection
from crm.insight.candidate import Departure
from crm.membership.contract.standing import Standing
from crm.membership.terms import Coverage, EventKind
from crm.outreach.reasons import Reason
from crm.reference.categories import Category
from crm.reference.languages import Language


def left(days_ago=400, by="denunciation", coverage="T"):
    category = Category.ACADEMIA if coverage == "RTD" else Category.SECTOR_MEMBER
    return Departure(category, Coverage(coverage), TODAY - timedelta(days=days_ago), EventKind(by))


def former(**changes):
    return prospect(**{"left": left(), "segment": None, "concerns": (), **changes})


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "denunciation"),
        ({"left": left(by="exclusion")}, "exclusion"),
        ({"left": None}, None),
        ({"left": None, "participation": (took_part("T-SG17", "asked"),)}, None),
        ({"participation": (took_part("T-SG17", "asked"),)}, "study_group"),
        ({"left": left(30), "participation": (took_part("T-SG17", days_ago=30),)}, "denunciation"),
        ({"left": left(31), "participation": (took_part("T-SG17", days_ago=30),)}, "study_group"),
    ],
)
def test_the_strongest_signal_says_how_the_membership_ended(changes, kind):
    found = WIN_BACK.strongest(former(**changes), TODAY)[1]
    assert (found and found.kind) == kind


def test_a_signal_speaks_to_the_account_manager():
    assert WIN_BACK.strongest(former(), TODAY)[1].words == (
        "ended its membership itself: member until 20 October 2025"
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (183, None),
        (182, "it left on 26 May 2026, and is left in peace until 25 November 2026"),
        (0, "it left on 24 November 2026, and is left in peace until 26 May 2027"),
    ],
)
def test_who_has_just_left_is_left_in_peace_for_half_a_year(days, words):
    assert left_in_peace(former(left=left(days)), TODAY) == words


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, None),
        (Standing.GOOD, None),
        (Standing.CANCELLING, None),
        (Standing.ARREARS, Reason.ARREARS),
        (Standing.SUSPENDED, Reason.SUSPENDED),
        (Standing.APPLICATION_PENDING, Reason.APPLICATION_PENDING),
    ],
)
def test_what_a_former_member_owes_stands_against_it_and_that_it_was_leaving_does_not(standing, reason):
    account = former(standing=standing, standing_as_of=date(2025, 6, 30))
    around = circumstances(conditions=WIN_BACK.conditions)
    found = objection(Case(account, WIN_BACK.strongest(account, TODAY)[1]), around)
    assert (found and found.reason) == (reason or Reason.NO_PERMISSION)


def test_a_member_that_is_leaving_is_in_no_good_standing():
    assert not prospect(term_id=5, standing=Standing.CANCELLING, left=left()).in_good_standing
    assert not prospect(standing=Standing.CANCELLING).in_good_standing


ACCOUNTS = [
    former(),
    former(left=left(by="exclusion"), segment="cloud", concerns=concerns("cloud")),
    former(participation=(took_part("T-SG17", "asked"),)),
    former(left=left(coverage="RTD")),
]


@pytest.mark.parametrize(("account", "language", "template"), every_letter(WIN_BACK, *ACCOUNTS))
def test_every_letter_reads_well_in_every_language(account, language, template):
    letter = written(WIN_BACK, account, language, template=template)
    refuse_flaws(letter, language)
    assert account.name in letter.subject
    assert "CHF" not in letter.text


@pytest.mark.parametrize("language", Language)
def test_the_letter_says_how_the_membership_ended_and_what_concerns_the_reader(language):
    texts = [written(WIN_BACK, each, language, template="win_back").text for each in ACCOUNTS]
    assert len(set(texts)) == len(ACCOUNTS)
    assert all("2025" in text for text in texts)
    assert ["SG17" in text for text in texts] == [False, False, True, False]
    about = concerns("cloud")[0].words[language]
    assert [about in text for text in texts] == [False, True, False, False]
    union = {"fr": "UIT", "es": "UIT", "ru": "МСЭ"}.get(language, "ITU")
    assert [f"{union}-T" in text for text in texts] == [True, True, True, False]
