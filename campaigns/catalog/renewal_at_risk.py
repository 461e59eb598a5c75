"""Members at risk: in good standing, with signs that they may leave. A membership renews by itself, so nobody has to decide.

One letter goes out, and after ten working days without an answer the account manager is asked to call. A reply, an end of
the membership, a refusal or a bounce ends the journey. Its goal is a conversation; nobody is held out, since who is not
written to cannot answer.

Whom it leaves alone: a member that has given notice, is in arrears or suspended stands so, and the first guard names it.
Each of these gets a letter by hand first, which its account manager edits and approves: `book.reminders`, rules
`notice_received` and `arrears`.

Where the rules come from: the three signals, their order, the 24 months, and the year of silence are our own inference;
no source states any.
"""

from datetime import date, timedelta
from decimal import Decimal

from campaigns.campaign import Campaign
from campaigns.journey import Journey, LetterStep, TaskStep, WaitStep
from campaigns.letter_facts import own_sector
from campaigns.occasion import Facts, Occasion
from campaigns.signal import Signal
from campaigns.signatures import MEMBERSHIP
from crm.insight.audience_rules import IsMember
from crm.insight.candidate import Candidate
from crm.insight.membership_signals import taken
from crm.insight.study_group_interest import LATELY
from crm.membership.contract.standing import Punctuality
from crm.outreach.goal import Goal
from crm.reference.languages import Language

SILENCE = timedelta(days=365)


def late_payment(account: Candidate, on: date) -> Signal | None:
    """It has paid late, by the latest statement of its standing."""
    if account.punctuality is not Punctuality.LATE:
        return None
    return _with_others("late_payment", account, on)


def no_participation(account: Candidate, on: date) -> Signal | None:
    """It has been a member for 24 months and taken no part in a study group in that time."""
    return _with_others("no_participation", account, on) if _is_idle(account, on) else None


def no_touch(account: Candidate, on: date) -> Signal | None:
    """No office of ours has been in touch with it for a year, and it has been a member for as long."""
    return _with_others("no_touch", account, on) if _is_unheard(account, on) else None


def membership_since(occasion: Occasion) -> Facts:
    """Since when it has been a member as it is now."""
    since = occasion.account.member_since_on
    return {"membership": {"since_on": since.isoformat()}} if since else {}


def _with_others(kind: str, account: Candidate, on: date) -> Signal:
    """A sign, in words with all other signs beside it: an account manager wants to know them all."""
    signs = (
        (
            account.punctuality is Punctuality.LATE,
            f"has paid late, as of {account.standing_as_of or on:%-d %B %Y}",
        ),
        (_is_idle(account, on), "has taken no part in a study group in 24 months"),
        (_is_unheard(account, on), "no office was in touch with it for a year"),
    )
    return Signal(kind, "; ".join(words for shows, words in signs if shows))


def _is_idle(account: Candidate, on: date) -> bool:
    return _has_been_member(account, on, LATELY) and not any(taken(account, on))


def _is_unheard(account: Candidate, on: date) -> bool:
    touch = account.last_touch
    return _has_been_member(account, on, SILENCE) and (touch is None or on - touch.at.date() > SILENCE)


def _has_been_member(account: Candidate, on: date, time: timedelta) -> bool:
    return account.member_since_on is not None and on - account.member_since_on >= time


RENEWAL_AT_RISK = Campaign(
    name="renewal_at_risk",
    title="Members at risk",
    purpose="Asks members in good standing, of which signs say that they may leave, what their membership should bring.",
    audience=IsMember(),
    signals=(late_payment, no_participation, no_touch),
    letter_facts=(own_sector, membership_since),
    goal=Goal.ANSWERED,
    journey=Journey(
        steps=(
            LetterStep(name="letter", template="renewal_at_risk"),
            WaitStep(name="wait", working_days=10),
            TaskStep(
                name="call", what="Call about what the membership should bring: a letter without an answer"
            ),
        )
    ),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
    hold_out=Decimal(0),
)
