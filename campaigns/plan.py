"""What an enrolled account does next: a pure function of its journey, what is known of it, and the time.

The same facts give the same intents, however often they are asked for. A step that has been taken is never taken
again. Whoever is held out walks through the same journey at the same pace, without letters or tasks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from campaigns.journey import END, Journey, LetterStep, TaskStep, WaitStep
from crm.insight.candidate import Candidate, Contact
from crm.membership.standing import Standing
from crm.outreach.moves import Done, Waiting
from crm.outreach.outbox_tables import SETTLED, MessageStatus
from crm.outreach.run_tables import Arm
from crm.reference.working_days import WorkingCalendar, working_calendar

_LOOK_AGAIN = timedelta(days=1)
_NEVER_LEFT = frozenset({MessageStatus.STOPPED, MessageStatus.FAILED})


class Leave(StrEnum):
    """Why an account leaves its journey before the end."""

    UPGRADED = "upgraded"
    ANSWERED = "answered"
    MEMBERSHIP_ENDED = "membership_ended"
    STANDING = "standing"
    CONTACT_LEFT = "contact_left"
    SUPPRESSED = "suppressed"
    LETTER_NOT_SENT = "letter_not_sent"


@dataclass(frozen=True, slots=True)
class Send:
    """Queue the letter of a step."""

    step: str
    template: str


@dataclass(frozen=True, slots=True)
class PlanTask:
    """Give the account manager the task of a step."""

    step: str
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Pass:
    """Note that a step is over without anything to do: a wait has ended, or the account is held out."""

    step: str


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Look again at a step at an instant."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the journey before its end."""

    reason: Leave


@dataclass(frozen=True, slots=True)
class Finish:
    """The journey has come to its end."""


Intent = Send | PlanTask | Pass | WaitUntil | Exit | Finish


def advance(
    journey: Journey, waiting: Waiting, account: Candidate | None, now: datetime
) -> tuple[Intent, ...]:
    """What an enrolled account does next.

    Args:
        journey: the steps, as they were approved.
        waiting: where it stands and which steps it has taken.
        account: the account as it is now; None: it is no Associate of the Sector any more.
        now: the present instant.

    Returns:
        The steps to take now, in order, then exactly one of `WaitUntil`, `Exit` and `Finish`.
    """
    if reason := _leaving(waiting, account):
        return (Exit(reason),)
    country = account.country if account else None
    intents: list[Intent] = []
    done, name = dict(waiting.done), waiting.step
    while name != END:
        if name not in done:
            step = journey.step(name)
            if isinstance(step, WaitStep) and (until := _until(step, done, waiting, country, now)) > now:
                return (*intents, WaitUntil(name, until))
            intents.append(_taken(step, waiting.arm, now))
            done[name] = Done(now, MessageStatus.QUEUED if isinstance(intents[-1], Send) else None)
        name = journey.after(name)
    # A letter that is still on its way would be stopped if the journey ended before it.
    return (*intents, WaitUntil(END, now + _LOOK_AGAIN) if _on_its_way(done) else Finish())


def _leaving(waiting: Waiting, account: Candidate | None) -> Leave | None:
    contact = _contact(waiting, account)
    grounds = (
        (waiting.upgraded, Leave.UPGRADED),
        (waiting.answered, Leave.ANSWERED),
        (account is None, Leave.MEMBERSHIP_ENDED),
        (account is not None and account.standing is not Standing.GOOD, Leave.STANDING),
        (contact is None, Leave.CONTACT_LEFT),
        (contact is not None and contact.suppressed, Leave.SUPPRESSED),
        (any(step.letter in _NEVER_LEFT for step in waiting.done.values()), Leave.LETTER_NOT_SENT),
    )
    return next((reason for applies, reason in grounds if applies), None)


def _contact(waiting: Waiting, account: Candidate | None) -> Contact | None:
    contacts = account.contacts if account else ()
    return next((contact for contact in contacts if contact.person_id == waiting.person_id), None)


def _taken(step: LetterStep | WaitStep | TaskStep, arm: Arm, now: datetime) -> Intent:
    match step:
        case LetterStep() if arm is Arm.TREATMENT:
            return Send(step.name, step.template)
        case TaskStep() if arm is Arm.TREATMENT:
            return PlanTask(step.name, step.what, _calendar(None).add(now.date(), step.working_days))
        case _:
            return Pass(step.name)


def _until(
    step: WaitStep, done: Mapping[str, Done], waiting: Waiting, country: str | None, now: datetime
) -> datetime:
    """When a wait is over: counted from the latest step, a letter's from when it was handed to the mail server."""
    start = max((taken.handed_at or taken.at for taken in done.values()), default=waiting.launched_at)
    until = datetime.combine(_later(country, start.date(), step.working_days), start.timetz())
    return max(until, now + _LOOK_AGAIN) if _on_its_way(done) else until


def _on_its_way(done: Mapping[str, Done]) -> bool:
    return any(taken.letter is not None and taken.letter not in SETTLED for taken in done.values())


@lru_cache(maxsize=400)
def _calendar(country: str | None) -> WorkingCalendar:
    # Building a calendar takes a hundred times as long as asking it.
    return working_calendar(country)


@lru_cache(maxsize=4000)
def _later(country: str | None, day: date, working_days: int) -> date:
    # Whoever is written to on one day in one country waits for the same day.
    return _calendar(country).add(day, working_days)
