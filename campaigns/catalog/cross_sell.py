"""A further Sector: to Sector Members of one Sector, with what another Sector works on that concerns them.

Each Sector is a membership of its own (docs/domain.md, "Categories"), so whoever is a Sector Member of one may join the
others.

Where the rules come from: the three signals (`crm/insight/membership_signals.py`) and their order are our own inference.
What concerns a segment is reference data (`sector_concerns.csv`), which no source states either; every signal that rests
on it says so. A Sector in which the account is an Associate is never offered here: that is an upgrade.
"""

from campaigns.campaign import Campaign
from campaigns.house_journey import letter_reminder_call
from campaigns.letter_facts import own_sector
from campaigns.occasion import Facts, Occasion
from campaigns.signatures import MEMBERSHIP
from crm.insight.audience_rules import AllOf, AnyOf, IsMember, IsNotMember
from crm.insight.membership_signals import (
    companies_of_its_group,
    concern_of_its_segment,
    study_group_of_another_sector,
)
from crm.outreach.goal import Goal
from crm.reference.categories import Category
from crm.reference.languages import Language


def further_sector(occasion: Occasion) -> Facts:
    """The Sector that the letter is about, and what it works on that concerns the account's segment."""
    sector, told_of = occasion.signal.facts["sector"], occasion.signal.facts.get("study_group")
    named = {"further_sector": {"name": occasion.sector(sector)}}
    for concern in occasion.account.concerns:
        # The group that it has shown interest in needs no second mention.
        if concern.sector == sector and concern.study_group != told_of:
            return {**named, "concern": {"about": concern.words[occasion.language]}}
    return named


CROSS_SELL = Campaign(
    name="cross_sell",
    title="A further Sector",
    purpose="Invites Sector Members in good standing to consider membership of another Sector.",
    audience=AllOf(
        rules=(
            IsMember(category=Category.SECTOR_MEMBER),
            AnyOf(rules=(IsNotMember(sector="R"), IsNotMember(sector="T"), IsNotMember(sector="D"))),
        )
    ),
    signals=(study_group_of_another_sector, companies_of_its_group, concern_of_its_segment),
    letter_facts=(own_sector, further_sector),
    goal=Goal.FURTHER_SECTOR,
    journey=letter_reminder_call("cross_sell", call="Call about a further Sector"),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
)
