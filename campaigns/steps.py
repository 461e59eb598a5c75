"""The steps that a journey is put together from, as typed values that come back from JSON as they were."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm.errors import InvalidInput

END = "end"
"""Where a journey ends; no step may have this name."""

Value = bool | int | Decimal | str
"""What a fact may say of an account: yes or no, a number, or a word."""

_LONGEST_WAIT = 250  # working days: about a year
_CONDITIONS = ("equals", "one_of", "at_least", "known")


class _Step(BaseModel):
    """What every step has.

    Attributes:
        name: unique in its journey.
        then: the step that follows; the next in the list where none is named, "end" to end here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    then: str | None = None

    @property
    def turns(self) -> Mapping[str, str]:
        """The steps that it may lead to besides the one that follows, by the field that names them."""
        return {}

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters that it may send."""
        return ()


class LetterStep(_Step):
    """Send a letter.

    Attributes:
        template: its name on file.
        variants: further letters to try against it; each corporate group gets one of them all, always the same.
    """

    does: Literal["letter"] = "letter"
    template: str
    variants: tuple[str, ...] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        """The letter and its variants."""
        return (self.template, *self.variants)

    def __str__(self) -> str:
        return f"letter {' or '.join(self.letters)}"


class WaitStep(_Step):
    """Wait for an answer, counted from when the last letter left.

    Attributes:
        working_days: how long, in working days of the recipient's country; or
        days: how long, in days of the calendar.
    """

    does: Literal["wait"] = "wait"
    working_days: int | None = Field(default=None, ge=1, le=_LONGEST_WAIT)
    days: int | None = Field(default=None, ge=1, le=365)

    @model_validator(mode="after")
    def _check(self) -> Self:
        _one_of(self, "working_days", "days")
        return self

    def __str__(self) -> str:
        return f"wait {self.days} days" if self.days else f"wait {self.working_days} working days"


class TaskStep(_Step):
    """Give the account manager something to do.

    Attributes:
        what: the task, in the words that the account manager will read.
        working_days: how long it may take, Monday to Friday.
    """

    does: Literal["task"] = "task"
    what: str = Field(min_length=1)
    working_days: int = Field(default=3, ge=0, le=_LONGEST_WAIT)

    def __str__(self) -> str:
        return f"task: {self.what}"


class MeetingStep(_Step):
    """Ask for a meeting: a letter with an invitation that the reader's calendar can answer (RFC 5546, REQUEST).

    Attributes:
        template: the letter's name on file; it may say when by `meeting.when`.
        working_days: how many working days of the recipient's country lie before the day that is proposed, at least.
        minutes: how long the meeting takes.
        place: where, as the calendar will show it; empty where that is still to be agreed.
    """

    does: Literal["meeting"] = "meeting"
    template: str
    working_days: int = Field(default=5, ge=1, le=60)
    minutes: int = Field(default=30, ge=15, le=240)
    place: str = Field(default="", max_length=200)

    @property
    def letters(self) -> tuple[str, ...]:
        """The letter that carries the invitation."""
        return (self.template,)

    def __str__(self) -> str:
        return f"ask for a meeting of {self.minutes} minutes: letter {self.template}"


class BranchStep(_Step):
    """Go one way or the other, by what is known of the account when it comes here.

    Exactly one condition is named. Where nothing is known the way is `otherwise`.

    Attributes:
        fact: what is asked; see `crm campaign facts`.
        equals: it is exactly this; or
        one_of: it is one of these; or
        at_least: it is this number or more; or
        known: it is known at all, or, with False, it is not.
        then: the step to go to if so; the next in the list where none is named.
        otherwise: the step to go to if not, or "end".
    """

    does: Literal["branch"] = "branch"
    fact: str
    equals: bool | int | str | None = None
    one_of: tuple[bool | int | str, ...] | None = Field(default=None, min_length=1)
    at_least: Decimal | None = None
    known: bool | None = None
    otherwise: str

    @model_validator(mode="after")
    def _check(self) -> Self:
        _one_of(self, *_CONDITIONS)
        return self

    @property
    def turns(self) -> Mapping[str, str]:
        """Where it leads if the condition does not hold."""
        return {"otherwise": self.otherwise}

    @property
    def condition(self) -> str:
        """The field that says what is asked for."""
        return next(name for name in _CONDITIONS if getattr(self, name) is not None)

    def holds(self, value: Value | None) -> bool:
        """Whether the condition holds for what is known; None: nothing is."""
        if self.known is not None:
            return (value is not None) is self.known
        if value is None:
            return False
        if self.at_least is not None:
            return not isinstance(value, str) and value >= self.at_least
        return value in self.one_of if self.one_of else value == self.equals

    def __str__(self) -> str:
        return f"if {self.fact} {self.asked}"

    @property
    def asked(self) -> str:
        """The condition in words, e.g. "is yes"."""
        match self.condition:
            case "equals":
                return f"is {_said(self.equals)}"
            case "one_of":
                return f"is {' or '.join(map(_said, self.one_of or ()))}"
            case "at_least":
                return f"is {self.at_least} or more"
            case _:
                return "is known" if self.known else "is not known"


class SwitchContactStep(_Step):
    """No answer from the focal point: go on with the head of department, the next senior contact of the account.

    Attributes:
        otherwise: the step to go to where the account has nobody senior to write to; without one its journey ends,
            for the named reason that there is nobody else.
    """

    does: Literal["switch_contact"] = "switch_contact"
    otherwise: str | None = None

    @property
    def turns(self) -> Mapping[str, str]:
        """Where it leads if there is nobody."""
        return {"otherwise": self.otherwise} if self.otherwise else {}

    def __str__(self) -> str:
        return "go on with the next senior contact"


AnyStep = LetterStep | WaitStep | BranchStep | TaskStep | MeetingStep | SwitchContactStep
Step = Annotated[AnyStep, Field(discriminator="does")]


def _one_of(step: _Step, *names: str) -> None:
    given = [name for name in names if getattr(step, name) is not None]
    if len(given) != 1:
        raise InvalidInput(
            f"The step {step.name} names {' and '.join(given) or 'none'} of {', '.join(names)}.",
            subject=step.name,
            field=(given or names)[-1],
            hint="Name exactly one of them.",
        )


def _said(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
