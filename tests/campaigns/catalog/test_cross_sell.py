from datetime import date

import pytest
from support.campaign_facts import TODAY, candidate, took_part
from support.campaign_letters import concerns, every_letter, refuse_flaws, written

from campaigns.catalog.cross_sell import CROSS_SELL
from crm.reference.categories import Category
from crm.reference.languages import Language

PLAIN = {"category": Category.SECTOR_MEMBER, "study_group": None, "own_groups": frozenset()}
PLAIN |= {"sectors": frozenset("T"), "owner_id": None}


def member(**changes):
    return candidate(**{**PLAIN, **changes})


def signal(**changes):
    return CROSS_SELL.strongest(member(**changes), TODAY)[1]


@pytest.mark.parametrize(
    ("changes", "kind", "sector"),
    [
        ({}, None, None),
        ({"participation": (took_part("D-SG2", "asked"),)}, "study_group", "D"),
        ({"participation": (took_part("R-SG4"), took_part("D-SG2", days_ago=60))}, "study_group", "R"),
        ({"participation": (took_part("D-SG2", days_ago=730),)}, "study_group", "D"),
        ({"participation": (took_part("D-SG2", days_ago=731),)}, None, None),
        ({"participation": (took_part("T-SG17"),)}, None, None),
        ({"participation": (took_part("D-SG2"),), "associate_in": frozenset("D")}, None, None),
        ({"participation": (took_part("D-SG2"),), "sectors": frozenset("TD")}, None, None),
        ({"group_sectors": {"R": 2}}, "corporate_group", "R"),
        ({"group_sectors": {"R": 2, "D": 3}}, "corporate_group", "D"),
        ({"group_sectors": {"R": 1, "T": 9}}, None, None),
        ({"group_sectors": {"R": 2}, "sectors": frozenset("RT")}, None, None),
        ({"group_sectors": {"R": 2}, "participation": (took_part("D-SG1"),)}, "study_group", "D"),
        ({"segment": "satellite", "concerns": concerns("satellite")}, "concern", "D"),
        (
            {"segment": "satellite", "concerns": concerns("satellite"), "sectors": frozenset("TD")},
            "concern",
            "R",
        ),
        ({"segment": "gaming", "concerns": concerns("gaming")}, None, None),
        (
            {"segment": "cloud", "concerns": concerns("cloud"), "group_sectors": {"R": 2}},
            "corporate_group",
            "R",
        ),
        ({"segment": "cloud", "concerns": concerns("cloud"), "sectors": frozenset("RTD")}, None, None),
    ],
)
def test_the_strongest_signal_names_the_sector_that_is_offered(changes, kind, sector):
    found = signal(**changes)
    assert (found and found.kind, found and found.facts["sector"]) == (kind, sector)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"participation": (took_part("D-SG2", "asked"),)},
            "asked about D-SG2 on 25 October 2026, and is no member of ITU-D",
        ),
        (
            {"group_sectors": {"D": 3}},
            "3 companies of its corporate group are Sector Members of ITU-D",
        ),
        (
            {"segment": "cloud", "concerns": concerns("cloud")},
            "its segment, cloud: ITU-D: digital transformation and the services that build on it (D-SG2, unverified)",
        ),
    ],
)
def test_a_signal_speaks_to_the_account_manager(changes, words):
    assert signal(**changes).words == words


ACCOUNTS = [
    member(participation=(took_part("D-SG2"),)),
    member(participation=(took_part("D-SG1"),), segment="cloud", concerns=concerns("cloud")),
    member(group_sectors={"R": 2}),
    member(group_sectors={"R": 2}, segment="satellite", concerns=concerns("satellite")),
    member(segment="cloud", concerns=concerns("cloud")),
]


@pytest.mark.parametrize(("account", "language", "template"), every_letter(CROSS_SELL, *ACCOUNTS))
def test_every_letter_reads_well_in_every_language(account, language, template):
    letter = written(CROSS_SELL, account, language, template=template)
    refuse_flaws(letter, language)
    target = CROSS_SELL.strongest(account, TODAY)[1].facts["sector"]
    union = {"fr": "UIT", "es": "UIT", "ru": "МСЭ"}.get(language, "ITU")
    assert f"{union}-{target}" in letter.subject
    assert account.name in letter.text
    assert "CHF" not in letter.text


@pytest.mark.parametrize("language", Language)
def test_the_letter_says_why_it_comes_and_what_concerns_the_reader(language):
    letters = [written(CROSS_SELL, each, language, template="cross_sell").text for each in ACCOUNTS]
    assert len(set(letters)) == len(ACCOUNTS)
    about = concerns("satellite")[0].words[language]
    assert [about in letter for letter in letters] == [False, False, False, True, False]


@pytest.mark.parametrize("language", Language)
def test_a_study_group_that_interests_it_is_named_and_not_told_of_twice(language):
    asked = member(participation=(took_part("D-SG2"),), segment="cloud", concerns=concerns("cloud"))
    text = written(CROSS_SELL, asked, language, template="cross_sell").text
    assert "SG2" in text
    assert concerns("cloud")[-1].words[language] not in text


def test_an_account_of_two_sectors_is_asked_about_the_third():
    both = member(sectors=frozenset("RT"), segment="cloud", concerns=concerns("cloud"))
    assert CROSS_SELL.strongest(both, date(2026, 11, 24))[1].facts == {"sector": "D"}
