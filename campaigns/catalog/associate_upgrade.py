"""From Associate to Sector Member: to Associates in good standing whom full membership of their Sector would serve.

An Associate takes part in one study group, a Sector Member in all of its Sector, with its conferences and assemblies
(docs/domain.md, "Categories"). The letter goes out once, a reminder follows after ten working days unless an answer
came, and after ten more the account manager is asked to call. A reply, an upgrade, a refusal or a bounce ends the
journey.

Where the rules come from: the guards for standing and for one campaign per corporate group follow docs/domain.md,
"Retention first". The four signals are our own inference ("Upgrade signals" there), and so are their order, the
24 months and the three parts taken: no source states figures, so look at them again when results are in.
"""

from datetime import date
from decimal import Decimal

from campaigns.campaign import Campaign
from campaigns.journey import Journey, LetterStep, TaskStep, WaitStep
from campaigns.letter_facts import own_sector, own_study_group
from campaigns.signal import Signal
from campaigns.signatures import MEMBERSHIP
from campaigns.study_group_interest import lately, told
from crm.directory.tables import Size
from crm.engagement.participation import ParticipationKind
from crm.insight.audience_rules import IsMember
from crm.insight.candidate import Candidate
from crm.membership.standing import Punctuality
from crm.outreach.goals import Goal
from crm.reference.categories import Category
from crm.reference.languages import Language

ACTIVE = 3


def second_study_group(account: Candidate, on: date) -> Signal | None:
    """It took part in another study group of its Sector in the last 24 months, or asked about one.

    Groups that took over the work of its own do not count; groups of other Sectors are another campaign's matter.
    """
    for part in lately(account, on):
        if part.study_group not in account.own_groups and part.study_group.startswith(f"{account.coverage}-"):
            words = f"{told(part)}, besides its own {account.study_group}"
            return Signal("second_study_group", words, {"study_group": part.study_group})
    return None


def activity(account: Candidate, on: date) -> Signal | None:
    """It was Rapporteur in its study group, or took part three times or more, in the last 24 months."""
    parts = [part for part in lately(account, on) if part.kind is not ParticipationKind.ASKED]
    own = [part for part in parts if part.study_group in account.own_groups]
    if any(part.kind is ParticipationKind.RAPPORTEUR for part in own):
        return Signal("activity", f"Rapporteur in {account.study_group}")
    return (
        Signal("activity", f"took part {len(own)} times in {account.study_group}")
        if len(own) >= ACTIVE
        else None
    )


def size(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It is a large enterprise, and still an Associate."""
    return (
        Signal("size", "a large enterprise, and still an Associate") if account.size is Size.LARGE else None
    )


def punctuality(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It has paid on time, by the latest statement of its standing."""
    if account.punctuality is not Punctuality.ON_TIME:
        return None
    return Signal("punctuality", f"has paid on time, as of {account.standing_as_of:%d %B %Y}")


ASSOCIATE_UPGRADE = Campaign(
    name="associate_upgrade",
    title="From Associate to Sector Member",
    purpose="Invites Associates in good standing to consider full membership of their Sector.",
    audience=IsMember(category=Category.ASSOCIATE),
    signals=(second_study_group, size, activity, punctuality),
    letter_facts=(own_sector, own_study_group),
    goal=Goal.UPGRADED,
    journey=Journey(
        steps=(
            LetterStep(name="letter", template="associate_upgrade"),
            WaitStep(name="first_wait", working_days=10),
            LetterStep(name="reminder", template="associate_upgrade_reminder"),
            WaitStep(name="second_wait", working_days=10),
            TaskStep(name="call", what="Call about full Sector membership: two letters without an answer"),
        )
    ),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
    quiet_days=14,
    hold_out=Decimal("0.1"),
)
