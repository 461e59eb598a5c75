import pytest
from support.campaign_facts import TODAY, took_part, touch
from support.campaign_letters import every_letter, prospect, refuse_flaws, written

from campaigns.catalog.under_represented import UNDER_REPRESENTED
from crm.reference.languages import Language


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "segment"),
        ({"segment": None}, None),
        ({"state_without_member": True}, "first_of_state"),
        ({"last_touch": touch(days_ago=365)}, "conversation"),
        ({"last_touch": touch(days_ago=366)}, "segment"),
        ({"last_touch": touch(days_ago=-1)}, "segment"),
        ({"last_touch": touch(days_ago=30), "state_without_member": True}, "conversation"),
        ({"participation": (took_part("T-SG17", "asked"),), "last_touch": touch(days_ago=30)}, "study_group"),
        ({"participation": (took_part("T-SG17", days_ago=731),)}, "segment"),
    ],
)
def test_the_strongest_signal_of_a_prospect(changes, kind):
    found = UNDER_REPRESENTED.strongest(prospect(**changes), TODAY)[1]
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "its segment, cloud, is under-represented in its region"),
        ({"state_without_member": True}, "no organisation based in KEN is a Sector Member"),
        ({"last_touch": touch(days_ago=30)}, "in touch with us on 25 October 2026 (meeting)"),
        (
            {"participation": (took_part("T-SG17", "asked"),)},
            "asked about T-SG17 on 25 October 2026, and is no member",
        ),
    ],
)
def test_a_signal_speaks_to_the_account_manager(changes, words):
    assert UNDER_REPRESENTED.strongest(prospect(**changes), TODAY)[1].words == words


ACCOUNTS = [
    prospect(),
    prospect(concerns=()),
    prospect(state_without_member=True),
    prospect(last_touch=touch(days_ago=30)),
    prospect(participation=(took_part("T-SG17", "asked"),)),
]


@pytest.mark.parametrize(("account", "language", "template"), every_letter(UNDER_REPRESENTED, *ACCOUNTS))
def test_every_letter_reads_well_in_every_language(account, language, template):
    letter = written(UNDER_REPRESENTED, account, language, template=template)
    refuse_flaws(letter, language)
    assert account.name in letter.text


@pytest.mark.parametrize("language", Language)
def test_the_letter_says_why_it_comes_and_what_concerns_the_reader(language):
    texts = [
        written(UNDER_REPRESENTED, each, language, template="under_represented").text for each in ACCOUNTS
    ]
    assert len(set(texts)) == len(ACCOUNTS)
    for concern in ACCOUNTS[0].concerns:
        assert [concern.words[language] in text for text in texts] == [True, False, True, True, True]
    assert ["SG17" in text for text in texts] == [False, False, False, False, True]
    assert ["2026" in text for text in texts] == [False, False, False, True, False]


def test_nothing_is_claimed_that_depends_on_fees():
    for language in Language:
        assert (
            "CHF" not in written(UNDER_REPRESENTED, ACCOUNTS[0], language, template="under_represented").text
        )
