"""A journey: the steps that an account goes through, as typed values that are checked when they are put together."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm.errors import InvalidInput

END = "end"
"""Where a journey ends; no step may have this name."""

_LONGEST_WAIT = 250  # working days: about a year


class _Step(BaseModel):
    """What every step has.

    Attributes:
        name: unique in its journey.
        then: the step that follows; the next in the list where none is named, "end" to end here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    then: str | None = None


class LetterStep(_Step):
    """Send a letter.

    Attributes:
        template: its name on file.
    """

    does: Literal["letter"] = "letter"
    template: str


class WaitStep(_Step):
    """Wait for an answer, in working days of the recipient's country, counted from when the last letter left."""

    does: Literal["wait"] = "wait"
    working_days: int = Field(ge=1, le=_LONGEST_WAIT)


class TaskStep(_Step):
    """Give the account manager something to do.

    Attributes:
        what: the task, in the words that the account manager will read.
        working_days: how long it may take, Monday to Friday.
    """

    does: Literal["task"] = "task"
    what: str = Field(min_length=1)
    working_days: int = Field(default=3, ge=0, le=_LONGEST_WAIT)


Step = Annotated[LetterStep | WaitStep | TaskStep, Field(discriminator="does")]


class Journey(BaseModel):
    """The steps of a campaign, the first one first.

    Raises:
        InvalidInput: two steps have one name, a step leads nowhere, cannot be reached, or never comes to the end;
            `field` says which.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.steps:
            raise InvalidInput("A journey has at least one step.", field="steps")
        places: dict[str, int] = {}
        for place, step in enumerate(self.steps):
            if step.name == END or places.setdefault(step.name, place) != place:
                raise self._wrong(place, "has a name that is taken", "Give it a name of its own.")
        after = {step.name: self.after(step.name) for step in self.steps}
        for name, following in after.items():
            if following != END and following not in places:
                raise self._wrong(
                    places[name], f"leads to {following!r}, which is no step", "Name a step, or end."
                )
        self._refuse_dead_ends(after, places)
        return self

    @property
    def first(self) -> str:
        """The name of the first step."""
        return self.steps[0].name

    @property
    def templates(self) -> tuple[str, ...]:
        """The letters that the journey sends, each once."""
        return tuple(dict.fromkeys(step.template for step in self.steps if isinstance(step, LetterStep)))

    def step(self, name: str) -> LetterStep | WaitStep | TaskStep:
        """The step of this name."""
        return next(step for step in self.steps if step.name == name)

    def after(self, name: str) -> str:
        """The name of the step that follows, or "end"."""
        place = next(place for place, step in enumerate(self.steps) if step.name == name)
        following = self.steps[place + 1].name if place + 1 < len(self.steps) else END
        return self.steps[place].then or following

    def refuse_missing(self, letters: Collection[str]) -> None:
        """Refuse a journey that sends a letter which is not on file.

        Args:
            letters: the letters on file.

        Raises:
            InvalidInput: naming the step and the letter; those on file are the candidates.
        """
        for place, step in enumerate(self.steps):
            if isinstance(step, LetterStep) and step.template not in letters:
                raise InvalidInput(
                    f"Step {place + 1} ({step.name}) sends the letter {step.template!r}, which is not on file.",
                    field=f"steps[{place}].template",
                    value=step.template,
                    candidates=sorted(letters),
                )

    def _refuse_dead_ends(self, after: Mapping[str, str], places: Mapping[str, int]) -> None:
        reached = _walk(self.first, after)
        for name, place in places.items():
            if name not in reached:
                raise self._wrong(place, "cannot be reached", "Let another step lead to it, or take it out.")
            if END not in _walk(name, after):
                raise self._wrong(place, "never comes to the end", 'Let a step of the circle lead to "end".')

    def _wrong(self, place: int, what: str, hint: str) -> InvalidInput:
        name = self.steps[place].name
        return InvalidInput(
            f"Step {place + 1} ({name}) {what}.", field=f"steps[{place}]", value=name, hint=hint
        )


def _walk(start: str, after: Mapping[str, str]) -> set[str]:
    """Everything on the way from a step, "end" included if the way comes there."""
    met: set[str] = set()
    name = start
    while name not in met:
        met.add(name)
        name = after.get(name, END)
    return met
