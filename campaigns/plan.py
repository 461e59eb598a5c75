"""What an enrolled account does next: a pure function of its journey, what is known of it, and the time.

The same facts give the same intents, however often they are asked for. A step that has been taken is never taken
again, and where it led is not decided anew. Whoever is held out walks through the same journey at the same pace,
without letters or tasks.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from campaigns.arms import variant_of
from campaigns.contacts import next_senior
from campaigns.exits import CHOSEN, leaving
from campaigns.guards import Reachability, Skip
from campaigns.holding import PATIENCE
from campaigns.intents import Exit, Finish, Intent, Invite, Pass, PlanTask, Send, StepIntent, Turn, WaitUntil
from campaigns.journey import (
    END,
    AnyStep,
    BranchStep,
    Journey,
    LetterStep,
    MeetingStep,
    SwitchContactStep,
    TaskStep,
    WaitStep,
)
from campaigns.meetings import proposed_start, zone_of
from campaigns.steps import Value
from crm.consent.bases import Purpose
from crm.insight.candidate import Candidate
from crm.outreach.outbox.inviting import too_near
from crm.outreach.outbox_tables import SETTLED, MessageStatus
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import Arm
from crm.outreach.runs.moves import Done, Waiting
from crm.reference.languages import Language
from crm.reference.time_zones import zone_of_country
from crm.reference.working_days import working_calendar

_LOOK_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a plan must know besides the account and its journey.

    Attributes:
        exits: the exits that the campaign has chosen.
        about: the purpose of its letters.
        facts: what is known of the account, for the branches.
        spoken_for: the people whom the run writes to for other accounts.
        reachability: what the guards must know about writing to people; None for a journey that switches to nobody.
        default_language: of people whose language nobody has said.
        host_zone: the time zone of whoever signs the letters.
        held: why no letter may go out now; see `campaigns.holding`.
    """

    exits: tuple[Leave, ...] = CHOSEN
    about: Purpose = Purpose.CAMPAIGNS
    facts: Mapping[str, Value | None] = field(default_factory=dict)
    spoken_for: AbstractSet[int] = frozenset()
    reachability: Reachability | None = None
    default_language: Language | None = None
    host_zone: tzinfo = UTC
    held: Skip | None = None


def advance(
    journey: Journey,
    waiting: Waiting,
    account: Candidate | None,
    now: datetime,
    around: Around = Around(),
) -> tuple[Intent, ...]:
    """What an enrolled account does next.

    Args:
        journey: the steps, as they were approved.
        waiting: where it stands and which steps it has taken.
        account: the account as it is now; None: there is nothing to write to any more.
        now: the present instant.
        around: what must be known besides.

    Returns:
        The steps to take now, in order, then exactly one of `WaitUntil`, `Exit` and `Finish`.
    """
    if reason := leaving(waiting, account, around.exits, about=around.about):
        return (Exit(reason),)
    assert account is not None  # whoever is there has an account
    return _Walk(journey, waiting, account, now, around).intents()


class _Walk:
    """The way of an account from where it stands to where it must wait, or to the end."""

    def __init__(
        self, journey: Journey, waiting: Waiting, account: Candidate, now: datetime, around: Around
    ) -> None:
        self._journey = journey
        self._waiting = waiting
        self._account = account
        self._now = now
        self._around = around
        self._done = dict(waiting.done)
        self._person_id = waiting.person_id

    def intents(self) -> tuple[Intent, ...]:
        taken: list[Intent] = [*self._proposed_anew()]
        name = self._waiting.step
        while name != END:
            step = self._journey.step(name)
            if name not in self._done:
                if isinstance(step, WaitStep) and (until := self._until(step)) > self._now:
                    return (*taken, WaitUntil(name, until))
                if isinstance(step, LetterStep | MeetingStep) and (held := self._around.held):
                    return (*taken, self._held_back(name, held))
                intent = self._taken(step)
                taken.append(intent)
                if isinstance(intent, Exit):
                    return tuple(taken)
                self._note(intent)
            name = self._journey.led_to(name, self._done[name].outcome)
        # A letter that is still on its way would be stopped if the journey ended before it.
        waits = self._on_its_way()
        return (*taken, WaitUntil(END, self._now + _LOOK_AGAIN) if waits else Finish())

    def _held_back(self, step: str, held: Skip) -> WaitUntil | Exit:
        """A day's wait, in both arms; the end of the journey where it has lasted too long."""
        waits = self._waiting.held_at if step == self._waiting.step else None
        since = waits or self._now
        if self._now - since >= PATIENCE:
            return Exit(Leave(held.reason.value))
        return WaitUntil(step, self._now + _LOOK_AGAIN, held.reason, since)

    def _taken(self, step: AnyStep) -> StepIntent | Exit:
        written_to = self._waiting.arm is Arm.TREATMENT
        match step:
            case LetterStep() if written_to:
                group, campaign = self._waiting.group_id, self._waiting.campaign
                return Send(step.name, variant_of(step, group, salt=campaign))
            case MeetingStep() if written_to:
                return Invite.to(step, self._proposed(step))
            case TaskStep() if written_to:
                due_on = working_calendar(None).add(self._now.date(), step.working_days)
                return PlanTask(step.name, step.what, due_on)
            case BranchStep():
                way = "then" if step.holds(self._around.facts.get(step.fact)) else "otherwise"
                return Turn(step.name, self._journey.ways(step.name)[way])
            case SwitchContactStep():
                return self._switched(step)
            case _:
                return Pass(step.name)

    def _switched(self, step: SwitchContactStep) -> Turn | Exit:
        assert self._around.reachability is not None  # whoever plans such a journey knows it
        found = next_senior(
            self._account,
            after=self._person_id,
            language=self._waiting.language,
            default=self._around.default_language,
            spoken_for=self._around.spoken_for,
            around=self._around.reachability,
        )
        if found:
            return Turn(step.name, self._journey.after(step.name), found.person_id)
        return Turn(step.name, step.otherwise) if step.otherwise else Exit(Leave.NOBODY_ELSE)

    def _proposed_anew(self) -> Iterator[Invite]:
        """Another day for a meeting whose letter has waited for so long that it would come too late."""
        for step in self._journey.steps:
            if isinstance(step, MeetingStep) and self._comes_too_late(self._waiting.done.get(step.name)):
                yield Invite.to(step, self._proposed(step))

    def _comes_too_late(self, done: Done | None) -> bool:
        if done is None or done.proposes is None or done.person_id != self._person_id:
            return False
        return too_near(done.proposes, self._now)

    def _proposed(self, step: MeetingStep) -> datetime:
        contact = next(one for one in self._account.contacts if one.person_id == self._person_id)
        return proposed_start(
            self._now,
            step,
            country=self._account.country,
            guest=zone_of(contact),
            host=self._around.host_zone,
        )

    def _note(self, intent: StepIntent) -> None:
        """Go on as if a step had been taken."""
        letter = MessageStatus.QUEUED if isinstance(intent, Send | Invite) else None
        outcome = intent.leads_to if isinstance(intent, Turn) else None
        self._done[intent.step] = Done(self._now, letter, outcome=outcome)
        if isinstance(intent, Turn) and intent.person_id:
            self._person_id = intent.person_id

    def _until(self, step: WaitStep) -> datetime:
        """When a wait is over: counted from the latest step, a letter's from when it was handed to the mail server.

        As long as a letter has not left, its account is looked at once a day: whoever leaves the journey gets it no more.
        """
        if self._on_its_way():
            return self._now + _LOOK_AGAIN
        latest = (taken.handed_at or taken.at for taken in self._done.values())
        start = max(latest, default=self._waiting.launched_at)
        return _waited(step, start, self._account.country)

    def _on_its_way(self) -> bool:
        return any(taken.letter is not None and taken.letter not in SETTLED for taken in self._done.values())


def _waited(step: WaitStep, start: datetime, country: str | None) -> datetime:
    if step.days:
        return start + timedelta(days=step.days)
    there = start.astimezone(zone_of_country(country))  # a Friday afternoon in Los Angeles is no Saturday
    day = _later(country, there.date(), step.working_days or 0)
    return datetime.combine(day, there.time(), there.tzinfo).astimezone(UTC)


@lru_cache(maxsize=4000)
def _later(country: str | None, day: date, working_days: int) -> date:
    # Whoever is written to on one day in one country waits for the same day.
    return working_calendar(country).add(day, working_days)
