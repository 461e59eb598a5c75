"""A journey: the steps that an account goes through, checked when they are put together.

No step is taken twice, so a journey has no circles: what comes again is written again, under a name of its own.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from campaigns.steps import (
    END,
    AnyStep,
    BranchStep,
    LetterStep,
    MeetingStep,
    Step,
    SwitchContactStep,
    TaskStep,
    WaitStep,
)
from crm.errors import InvalidInput

__all__ = [
    "END",
    "AnyStep",
    "BranchStep",
    "Journey",
    "LetterStep",
    "MeetingStep",
    "Step",
    "SwitchContactStep",
    "TaskStep",
    "WaitStep",
]


class Journey(BaseModel):
    """The steps of a campaign, the first one first.

    Raises:
        InvalidInput: two steps have one name, a step leads nowhere or back to where it came from, or cannot be
            reached; `field` says which.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.steps:
            raise InvalidInput("A journey has at least one step.", field="steps")
        names: set[str] = {END}
        for place, step in enumerate(self.steps):
            if step.name in names:
                raise self.wrong(place, "name", "has a name that is taken", "Give it a name of its own.")
            names.add(step.name)
        for place, field, target in self._targets():
            if target not in names:
                raise self.wrong(
                    place, field, f"leads to {target!r}, which is no step", "Name a step, or end."
                )
        self._refuse_circles_and_islands()
        return self

    @property
    def first(self) -> str:
        """The name of the first step."""
        return self.steps[0].name

    @property
    def templates(self) -> tuple[str, ...]:
        """The letters that the journey may send, each once."""
        return tuple(dict.fromkeys(letter for step in self.steps for letter in step.letters))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that its branches ask for, each once."""
        return tuple(dict.fromkeys(step.fact for step in self.steps if isinstance(step, BranchStep)))

    def step(self, name: str) -> AnyStep:
        """The step of this name."""
        return self.steps[self._place(name)]

    def after(self, name: str) -> str:
        """The name of the step that follows, or "end"."""
        return self.ways(name)["then"]

    def refuse_missing(self, letters: Collection[str]) -> None:
        """Refuse a journey that sends a letter which is not on file.

        Args:
            letters: the letters on file.

        Raises:
            InvalidInput: naming the step and the letter; those on file are the candidates.
        """
        for place, step in enumerate(self.steps):
            for letter in step.letters:
                if letter not in letters:
                    field = "template" if letter == step.letters[0] else "variants"
                    what = f"sends the letter {letter!r}, which is not on file"
                    raise self.wrong(place, field, what, value=letter, candidates=sorted(letters))

    def refuse_reminders(self, reminders: Collection[str]) -> None:
        """Refuse a journey that reminds whoever it switches to of a letter that went to somebody else.

        Args:
            reminders: the letters that speak of an earlier one.

        Raises:
            InvalidInput: naming the step and the letter.
        """
        for switch in (step for step in self.steps if isinstance(step, SwitchContactStep)):
            for place in self._first_letters(self.after(switch.name)):
                if wrong := next(
                    (letter for letter in self.steps[place].letters if letter in reminders), None
                ):
                    what = f"reminds whoever {switch.name!r} goes on with of a letter that they have not had"
                    hint = "Send them a letter that stands by itself."
                    raise self.wrong(place, "template", what, hint, value=wrong)

    def ways(self, name: str) -> Mapping[str, str]:
        """Every step that may follow, or "end", by the field that leads there: `then` first."""
        return self._ways[name]

    def led_to(self, name: str, outcome: str | None) -> str:
        """The step that followed one which has been taken, by what came of it."""
        ways = self.ways(name)
        return outcome if outcome and outcome in ways.values() else ways["then"]

    def wrong(self, place: int, field: str, what: str, hint: str = "", **more: Any) -> InvalidInput:
        """What is wrong with a step, with its place: the number and the name for people, the field for programs.

        Args:
            place: which step, counted from 0.
            field: which of its fields.
            what: what is wrong, as the rest of a sentence about the step.
            hint: how to mend it.
            **more: what else the error says, such as `candidates`.
        """
        step = self.steps[place]
        return InvalidInput(
            f"Step {place + 1} ({step.name}) {what}.",
            **{
                "subject": step.name,
                "field": f"steps[{place}].{field}",
                "value": getattr(step, field, None),
                "hint": hint or None,
                **more,
            },
        )

    def _place(self, name: str) -> int:
        return self._places[name]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """The place of each step by its name; asked for again and again for each account of a run."""
        return {step.name: place for place, step in enumerate(self.steps)}

    @cached_property
    def _ways(self) -> Mapping[str, Mapping[str, str]]:
        following = [*(step.name for step in self.steps[1:]), END]
        return {
            step.name: {"then": step.then or after, **step.turns}
            for step, after in zip(self.steps, following, strict=True)
        }

    def _first_letters(self, name: str) -> Iterator[int]:
        """The places of the steps that send the next letter, from a step on."""
        if name == END:
            return
        if self.step(name).letters:
            yield self._place(name)
            return
        for target in self.ways(name).values():
            yield from self._first_letters(target)

    def _targets(self) -> Iterator[tuple[int, str, str]]:
        for place, step in enumerate(self.steps):
            for field, target in self.ways(step.name).items():
                yield place, field, target

    def _refuse_circles_and_islands(self) -> None:
        reached: set[str] = {END}
        self._walk(self.first, (), reached)
        for place, step in enumerate(self.steps):
            if step.name not in reached:
                hint = "Let another step lead to it, or take it out."
                raise self.wrong(place, "name", "cannot be reached", hint)

    def _walk(self, name: str, way: tuple[str, ...], over: set[str]) -> None:
        """Follow every way from a step; `way` is how it was come to, `over` what is known to come to the end."""
        if name in over:
            return
        for field, target in self.ways(name).items():
            if target in (*way, name):
                what = f"leads back to {target!r} and so never comes to the end"
                hint = "A step is taken once: lead to the end, or write the step again under another name."
                raise self.wrong(self._place(name), field, what, hint)
            self._walk(target, (*way, name), over)
        over.add(name)
