from dataclasses import replace
from datetime import date

import pytest
from support.campaign_facts import TODAY, candidate, took_part
from support.campaign_letters import LETTERS

from campaigns.catalog import CATALOG, find_campaign
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from crm.directory.tables import Size
from crm.errors import NotFound
from crm.membership.contract.standing import Punctuality

SMALL = {"size": Size.SME, "punctuality": Punctuality.LATE, "participation": ()}


def signal(**changes):
    return ASSOCIATE_UPGRADE.strongest(candidate(**{**SMALL, **changes}), TODAY)[1]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"size": None, "punctuality": None}, None),
        ({"participation": (took_part("T-SG17", "asked"),)}, "second_study_group"),
        ({"participation": (took_part("T-SG17", "rapporteur"),), "size": Size.LARGE}, "second_study_group"),
        ({"participation": (took_part("T-SG17", days_ago=731),)}, None),
        ({"participation": (took_part("T-SG17", days_ago=730),)}, "second_study_group"),
        ({"participation": (took_part("R-SG4"),)}, None),
        ({"participation": (took_part("T-SG13"),)}, None),
        ({"size": Size.LARGE}, "size"),
        ({"participation": (took_part("T-SG13"),) * 3, "size": Size.LARGE}, "size"),
        ({"participation": (took_part("T-SG13"),) * 3}, "activity"),
        ({"participation": (took_part("T-SG13"),) * 2}, None),
        ({"participation": (took_part("T-SG13", "asked"),) * 3}, None),
        ({"participation": (took_part("T-SG13", "rapporteur"),)}, "activity"),
        ({"participation": (took_part("T-SG13", "rapporteur", days_ago=800),)}, None),
        ({"punctuality": Punctuality.ON_TIME}, "punctuality"),
        ({"punctuality": Punctuality.UNPAID}, None),
    ],
)
def test_the_strongest_signal_of_an_account(changes, kind):
    found = signal(**changes)
    assert (found and found.kind) == kind


def test_a_group_that_took_over_the_work_of_its_own_is_no_second_group():
    own = {"study_group": "T-SG16", "own_groups": frozenset({"T-SG16", "T-SG21"})}
    assert signal(**own, participation=(took_part("T-SG21"),)) is None
    assert signal(**own, participation=(took_part("T-SG13"),)).facts == {"study_group": "T-SG13"}


def test_a_signal_speaks_to_the_account_manager():
    found = signal(participation=(took_part("T-SG17", "asked"),))
    assert found.words == "asked about T-SG17 on 25 October 2026, besides its own T-SG13"


def test_a_part_taken_tomorrow_is_no_signal_today():
    assert signal(participation=(took_part("T-SG17", days_ago=-1),)) is None


def test_a_campaign_is_found_by_its_name_or_by_itself():
    assert (
        find_campaign("associate-upgrade") is find_campaign(ASSOCIATE_UPGRADE) is CATALOG["associate_upgrade"]
    )


def test_a_campaign_that_is_not_there_names_those_that_are():
    with pytest.raises(NotFound) as missing:
        find_campaign("cross_sel")
    assert missing.value.candidates == tuple(sorted(CATALOG))


def test_the_content_changes_with_the_wording_and_with_nothing_else():
    letter = LETTERS.version("associate_upgrade", "en")
    content = ASSOCIATE_UPGRADE.content([letter])
    assert content == ASSOCIATE_UPGRADE.content([letter])
    assert content != ASSOCIATE_UPGRADE.content([replace(letter, subject="Another")])
    names = [name.rpartition(".")[2] for name in content.signals]
    assert names == ["second_study_group", "size", "activity", "punctuality"]


def test_punctuality_names_the_day_of_the_statement():
    found = signal(punctuality=Punctuality.ON_TIME, standing_as_of=date(2026, 9, 30))
    assert found.words == "has paid on time, as of 30 September 2026"
