"""Back among the members: to organisations that were members and left, once some time has passed.

Whom it leaves alone: who left half a year ago or less, and whoever still owes something. A member that was excluded
mostly does, and then stays a case for its account manager: its standing says so, and the first guard names it
(docs/domain.md, "Retention first"). A former member is no member, so it is written to on the same grounds as a prospect.

Where the rules come from: the three signals and their order, the five years, and the half year of peace are our own
inference; no source states any.
"""

from datetime import date, timedelta

from campaigns.campaign import Campaign
from campaigns.house_journey import letter_reminder_call
from campaigns.letter_facts import work
from campaigns.occasion import Facts, Occasion
from campaigns.signal import Signal
from campaigns.signatures import MEMBERSHIP
from crm.insight.audience_rules import FormerMember
from crm.insight.candidate import Candidate
from crm.insight.study_group_interest import interest
from crm.membership.terms import Coverage, EventKind
from crm.outreach.goal import Goal
from crm.reference.languages import Language

PEACE = timedelta(days=183)
REMEMBERED_DAYS = 5 * 365


def interest_since(account: Candidate, on: date) -> Signal | None:
    """It has taken part in a study group since it left, or asked about one."""
    if account.left is None:
        return None
    return interest(account, on, "after it had left", since=account.left.ended_on)


def denounced(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It ended its membership itself."""
    return _left(account, EventKind.DENUNCIATION, "ended its membership itself")


def excluded(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It was excluded, and owes nothing any more."""
    return _left(account, EventKind.EXCLUSION, "was excluded, and owes nothing on record")


def left_in_peace(account: Candidate, on: date) -> str | None:
    """Half a year has passed since its membership ended."""
    if account.left is None or on - account.left.ended_on >= PEACE:
        return None
    until = account.left.ended_on + PEACE
    return f"it left on {account.left.ended_on:%-d %B %Y}, and is left in peace until {until:%-d %B %Y}"


def former_membership(occasion: Occasion) -> Facts:
    """The membership that it had: its last day, and its Sector where it was one."""
    left = occasion.account.left
    if left is None:
        return {}
    ended = {"membership": {"ended_on": left.ended_on.isoformat()}}
    return (
        ended
        if left.coverage is Coverage.ALL
        else {**ended, "sector": {"name": occasion.sector(left.coverage)}}
    )


def _left(account: Candidate, ended_by: EventKind, words: str) -> Signal | None:
    if account.left is None or account.left.ended_by is not ended_by:
        return None
    return Signal(ended_by.value, f"{words}: member until {account.left.ended_on:%-d %B %Y}")


WIN_BACK = Campaign(
    name="win_back",
    title="Back among the members",
    purpose="Invites organisations that were members, and left, to consider coming back.",
    audience=FormerMember(within_days=REMEMBERED_DAYS),
    signals=(interest_since, denounced, excluded),
    conditions=(left_in_peace,),
    letter_facts=(former_membership, work),
    goal=Goal.MEMBERSHIP,
    journey=letter_reminder_call("win_back", call="Call about coming back as a member"),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
    quiet_days=60,
)
