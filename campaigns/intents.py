"""What a plan may ask for: steps to take now, and what comes after them."""

from dataclasses import dataclass
from datetime import date, datetime

from campaigns.journey import MeetingStep
from crm.outreach.reasons import Leave, Reason


@dataclass(frozen=True, slots=True)
class Send:
    """Queue the letter of a step."""

    step: str
    template: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Queue the letter of a step with an invitation to a meeting; where it waits already, propose this time in it."""

    step: str
    template: str
    starts_at: datetime
    minutes: int
    place: str = ""

    @classmethod
    def to(cls, step: MeetingStep, starts_at: datetime) -> "Invite":
        """The invitation of a step, for an instant."""
        return cls(step.name, step.template, starts_at, step.minutes, step.place)


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
class Turn:
    """Note which way a step has led; `person_id`: whom the letters go to from now on, if that is somebody else."""

    step: str
    leads_to: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Look again at a step at an instant.

    Attributes:
        held: why its letter is held back, where it would be due.
        held_at: since when it is.
    """

    step: str
    at: datetime
    held: Reason | None = None
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the journey before its end."""

    reason: Leave


@dataclass(frozen=True, slots=True)
class Finish:
    """The journey has come to its end."""


StepIntent = Send | Invite | PlanTask | Pass | Turn
Intent = StepIntent | WaitUntil | Exit | Finish
