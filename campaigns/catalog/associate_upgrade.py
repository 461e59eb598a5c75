"""From Associate to Sector Member: to Associates in good standing whom full membership of their Sector would serve.

An Associate takes part in one study group, a Sector Member in all of its Sector, with its conferences and assemblies
(docs/domain.md, "Categories").

Where the rules come from: the guards for standing and for one campaign per corporate group follow docs/domain.md,
"Retention first". The four signals (`crm/insight/membership_signals.py`) are our own inference, and so is their order.
Fees come from the dated tables, and stand in the letter only where a source states both (`Candidate.upgrade_fees`).
"""

from decimal import Decimal

from campaigns.campaign import Campaign
from campaigns.house_journey import letter_reminder_call
from campaigns.letter_facts import own_sector, own_study_group, upgrade_fees
from campaigns.signatures import MEMBERSHIP
from crm.insight.audience_rules import IsMember
from crm.insight.membership_signals import activity, punctuality, second_study_group, size
from crm.outreach.goal import Goal
from crm.reference.categories import Category
from crm.reference.languages import Language

ASSOCIATE_UPGRADE = Campaign(
    name="associate_upgrade",
    title="From Associate to Sector Member",
    purpose="Invites Associates in good standing to consider full membership of their Sector.",
    audience=IsMember(category=Category.ASSOCIATE),
    signals=(second_study_group, size, activity, punctuality),
    letter_facts=(own_sector, own_study_group, upgrade_fees),
    goal=Goal.UPGRADED,
    journey=letter_reminder_call("associate_upgrade", call="Call about full Sector membership"),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
    quiet_days=14,
    hold_out=Decimal("0.1"),
)
