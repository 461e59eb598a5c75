"""A fact that a journey may branch on: what it says, and where that is found out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from campaigns.steps import BranchStep, Value
from crm.book import Book
from crm.errors import InvalidInput
from crm.insight.candidate import Candidate
from crm.outreach.runs.moves import Waiting
from crm.shown import Shown


class FactKind(StrEnum):
    """What a fact says."""

    YES_NO = "yes_no"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Subject:
    """An enrolled account that facts are asked about: where it stands, and what it is on a day."""

    waiting: Waiting
    account: Candidate | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Shown):
    """Something that a journey may ask about an account.

    Attributes:
        name: by which a step asks for it.
        words: what it says, for people.
        kind: yes or no, a number, or a word.
        values: the words it may be; empty where any may come.
        see: tells it from what is known of an enrolled account already; or
        read: reads it in the book, for many organisations at once: given the book, their ids and a day, it returns
            what is known by id. An organisation that is left out: nothing is known.
    """

    name: str
    words: str
    kind: FactKind
    values: tuple[str, ...] = ()
    see: Callable[[Subject], Value | None] | None = None
    read: Callable[[Book, Sequence[int], date], Mapping[int, Value | None]] | None = None

    def __post_init__(self) -> None:
        if (self.see is None) is (self.read is None):
            raise InvalidInput(f"The fact {self.name} is either seen or read.", field="read", value=self.name)

    @property
    def says(self) -> str:
        """What it may say, in words."""
        return (
            " or ".join(self.values)
            or {"yes_no": "yes or no", "number": "a number", "word": "a word"}[self.kind]
        )

    def accepts(self, step: BranchStep) -> bool:
        """Whether a branch asks for what this fact can say."""
        if step.known is not None:
            return True
        if step.at_least is not None:
            return self.kind is FactKind.NUMBER
        asked = step.one_of or (step.equals,)
        return all(isinstance(value, _TYPES[self.kind]) and self._may_be(value) for value in asked)

    def _may_be(self, value: object) -> bool:
        return isinstance(value, bool) is (self.kind is FactKind.YES_NO) and (
            not self.values or value in self.values
        )


_TYPES = {FactKind.YES_NO: bool, FactKind.NUMBER: int, FactKind.WORD: str}
