"""New members from under-represented segments: to prospects that the work of the Union concerns and that take no part yet.

The strategy asks to identify companies that are no members from under-represented parts of the digital ecosystem. Which
segments those are, region by region, is what the report `segments-under-represented` counts.

Where the rules come from: the four signals, their order, the 24 and the 12 months are our own inference (docs/domain.md,
"Signals for a first membership"). The last one is true of the whole audience: its segment alone is reason enough.
"""

from datetime import date, timedelta

from campaigns.campaign import Campaign
from campaigns.house_journey import letter_reminder_call
from campaigns.letter_facts import work
from campaigns.signal import Signal
from campaigns.signatures import MEMBERSHIP
from crm.directory.roles import RoleKind
from crm.insight.audience_rules import AllOf, HasRole, InSegment, IsNotMember
from crm.insight.candidate import Candidate
from crm.insight.study_group_interest import interest
from crm.outreach.goal import Goal
from crm.reference.languages import Language

IN_TOUCH = timedelta(days=365)


def interest_in_a_study_group(account: Candidate, on: date) -> Signal | None:
    """It took part in a study group in the last 24 months, or asked about one."""
    return interest(account, on, "and is no member")


def conversation(account: Candidate, on: date) -> Signal | None:
    """It was in touch with one of our offices in the last 12 months."""
    touch = account.last_touch
    if touch is None or not on - IN_TOUCH <= touch.at.date() <= on:
        return None
    day = touch.at.date()
    return Signal(
        "conversation", f"in touch with us on {day:%-d %B %Y} ({touch.kind})", {"on": day.isoformat()}
    )


def first_of_its_state(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """Its Member State has no Sector Member of any Sector."""
    if not account.state_without_member:
        return None
    return Signal("first_of_state", f"no organisation based in {account.country} is a Sector Member")


def segment(account: Candidate, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """Its segment is under-represented in its region, as that of everybody in this audience."""
    if account.segment is None:
        return None
    return Signal("segment", f"its segment, {account.segment}, is under-represented in its region")


UNDER_REPRESENTED = Campaign(
    name="under_represented",
    title="New members from under-represented segments",
    purpose="Invites prospects of under-represented parts of the digital ecosystem to take part in the work of the Union.",
    audience=AllOf(
        rules=(HasRole(role=RoleKind.PROSPECT), IsNotMember(), InSegment(under_represented=True)),
    ),
    signals=(interest_in_a_study_group, conversation, first_of_its_state, segment),
    letter_facts=(work,),
    goal=Goal.MEMBERSHIP,
    journey=letter_reminder_call("under_represented", call="Call about membership"),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
)
