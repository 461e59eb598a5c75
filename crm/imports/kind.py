"""What a kind of row is: its fields, and the rules by which a row of it is read, judged and written."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlmodel import Session

from crm.imports.draft import Draft
from crm.imports.judgement import Circumstances, Judgement, Numbers
from crm.store.store import Store

D = TypeVar("D", bound=Draft)


class Rules(ABC, Generic[D]):
    """The rules of one kind of row, over one file.

    They are asked in this order, chunk by chunk: `draft` and `read` for each row, `look_up` once, `judge` for each
    row in the order of the file, and `settled` and `follow_up` when all of the chunk is written.
    """

    @abstractmethod
    def draft(self, row: int, cells: tuple[str, ...]) -> D:
        """An empty draft of a row."""

    @abstractmethod
    def read(self, draft: D, field: str, text: str) -> None:
        """Read one cell that is not empty; an error of the book becomes a problem of the row."""

    def complete(self, draft: D) -> None:
        """Look at a row as a whole, once all its cells have been read."""

    @abstractmethod
    def look_up(self, session: Session, drafts: Sequence[D], numbers: Numbers) -> None:
        """Find out what the book holds on some rows; what it held on others is let go."""

    @abstractmethod
    def judge(self, draft: D) -> Judgement:
        """Say what a row comes to; what it writes counts for the rows that follow."""

    def settled(self, session: Session) -> None:
        """Bring into line what follows from the rows that were written."""

    def follow_up(self, store: Store) -> None:
        """Do what verbs do once such rows are in the book, with entries of their own on the trail."""


class RulesOf(Protocol):
    """Makes the rules for a file."""

    def __call__(self, session: Session, shared: Circumstances, separator: str, /) -> Rules[Any]:
        """The rules in some circumstances.

        Args:
            session: reads what is the same for every row: countries, segments, study groups.
            shared: what all rows of the batch share.
            separator: what stands between several values in one cell.
        """


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row.

    Attributes:
        name: what a file of them holds, e.g. "organizations".
        noun: what one of them is called, with its article.
        fields: what a file can hold, in the order in which it is read.
        needs: of each of these groups, every row has to state at least one.
        constants: the fields that may be the same for every row.
        soft: the fields that are left out with a note where they cannot be read.
        noted: the fields of which it is noted where a row leaves them empty.
        decides: the field that says which record of the book a row is; empty where there is none.
        rules: makes the rules for a file.
    """

    name: str
    noun: str
    fields: type[StrEnum]
    needs: tuple[tuple[str, ...], ...]
    constants: frozenset[str]
    rules: RulesOf
    soft: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()
    decides: str = ""
