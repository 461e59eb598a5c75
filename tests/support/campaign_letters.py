"""The letters of a campaign, filled as its runs fill them, in every language and for every choice."""

import re
import unicodedata
from html import unescape
from itertools import product
from typing import Any

from support.campaign_facts import TODAY, candidate, contact
from support.reference_facts import shipped_facts

from campaigns.campaign import Campaign
from campaigns.letter_facts import letter_facts
from campaigns.occasion import Stationery
from crm.insight.candidate import Candidate, Contact
from crm.mail.rendering import Rendered, render
from crm.mail.templates import TemplateFolder
from crm.reference.languages import Language
from crm.reference.sector_concerns import Concern

LETTERS = TemplateFolder()
STATIONERY = Stationery(
    "Membership team",
    "membership@accord.example",
    study_groups={group.code: group.title for group in shipped_facts("study_groups.csv")},
    countries={
        country.code: {language: country.name(language) for language in Language}
        for country in shipped_facts("countries.csv")
    },
)
_SUBJECTS = {subject.study_group: subject for subject in shipped_facts("study_group_subjects.csv")}


def concerns(segment: str) -> tuple[Concern, ...]:
    """What concerns a segment, by the reference data."""
    lines = [line for line in shipped_facts("sector_concerns.csv") if line.segment == segment]
    return tuple(
        Concern(
            line.sector,
            line.study_group,
            {language: _SUBJECTS[line.study_group].name(language) for language in Language},
            line.certainty,
        )
        for line in lines
    )


def prospect(number: int = 1, **changes: Any) -> Candidate:
    """A cloud company of Kenya without any membership, of which nothing is known."""
    values: dict[str, Any] = {"segment": "cloud", "concerns": concerns("cloud"), "owner_id": None}
    values |= dict.fromkeys(("term_id", "category", "coverage", "study_group", "member_since_on"))
    values |= dict.fromkeys(("standing", "standing_as_of", "punctuality"))
    return candidate(number, **{**values, "own_groups": frozenset(), **changes})


def written(
    campaign: Campaign, account: Candidate, language: Language, *, template: str, to: Contact | None = None
) -> Rendered:
    """A letter of a campaign as an account would get it."""
    _, signal = campaign.strongest(account, TODAY)
    assert signal
    facts = letter_facts(
        campaign,
        account,
        signal=signal,
        contact=to or contact(name="Amina Odhiambo"),
        language=language,
        stationery=STATIONERY,
    )
    facts |= {
        "unsubscribe": {"address": "unsubscribe+token@accord.example"},
        "previous": {"sent_on": "2026-11-09"},
    }
    return render(LETTERS.version(template, language), facts)


def every_letter(campaign: Campaign, *accounts: Candidate) -> list[tuple[Candidate, Language, str]]:
    """Every letter of a campaign in every language to each of some accounts, for `parametrize`."""
    return list(product(accounts, Language, campaign.journey.templates))


def refuse_flaws(letter: Rendered, language: Language) -> None:
    """Fail where a letter would look wrong to its reader, whatever it says."""
    page = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", letter.html, flags=re.DOTALL))
    for words in (letter.subject, letter.text, page):
        assert not re.search(r"\{\{|\{%|None|Undefined|\(\s*\)|（\s*）|,,|\.\.|。。| [.,،]", words), words
    body = letter.text.split("-----\n")[0]
    if language is Language.ARABIC:
        outside = re.sub(r"\u2068[^\u2069]*\u2069", "", body)
        assert not [sign for sign in outside if unicodedata.bidirectional(sign) == "L"]
    if language is Language.CHINESE:
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]| [，。；：]", body)
