"""What a row comes to, as data: the verdict, and what is to be written. Judging touches nothing; the engine writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from crm.directory.roles import RoleKind
from crm.imports.verdicts import Note, NoteKind, Problem, ProblemKind, Verdict, clipped
from crm.store.records import Record
from crm.store.trail import take_ids

_BLOCK = 1000


class Update(StrEnum):
    """What happens to a record of the book that a row states something about.

    Attributes:
        FILL: what the book has empty is filled; what differs is noted and stays.
        OVERWRITE: what the file states replaces what the book says; the previous values are kept with the row.
        NEVER: the book stays as it is; what differs is noted.
    """

    FILL = "fill"
    OVERWRITE = "overwrite"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all rows of a batch share.

    Attributes:
        batch_id: the batch.
        source: what the source is called.
        now: when it began.
        actor: who began it.
        update: what happens to records that the book holds already.
        role: the role that new organisations are given.
        synthetic: whether what is new is made up.
    """

    batch_id: int
    source: str
    now: datetime
    actor: str
    update: Update = Update.FILL
    role: RoleKind | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """A new row of a table."""

    record: type[Record]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Amend:
    """Other values in a row that is there.

    Attributes:
        record: the table.
        key: the id of the row.
        before: the values as they were.
        after: the same fields, as they become.
    """

    record: type[Record]
    key: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


Write = Put | Amend


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a row comes to.

    Attributes:
        verdict: what happens to it.
        subject_id: the record that it is, or becomes.
        writes: what is to be written.
        notes: what was noticed on the way.
        problem: why it is not taken.
    """

    verdict: Verdict
    subject_id: int | None = None
    writes: tuple[Write, ...] = ()
    notes: tuple[Note, ...] = ()
    problem: Problem | None = None

    @classmethod
    def refused(cls, problem: Problem) -> "Judgement":
        """Nothing is written, because something is wrong; unsure where it may be one of several."""
        unsure = problem.kind is ProblemKind.AMBIGUOUS
        return cls(Verdict.UNSURE if unsure else Verdict.REFUSE, problem=problem)


class Numbers:
    """Ids for new rows, taken from the book's sequence a block at a time; gaps do no harm.

    Args:
        session: the session of the chunk.
    """

    def __init__(self, session: Session) -> None:
        self._numbers = self._taken(session)

    def next(self) -> int:
        """The next free id."""
        return next(self._numbers)

    @staticmethod
    def _taken(session: Session) -> Iterator[int]:
        while True:
            yield from take_ids(session, _BLOCK)


class Amending:
    """Collects what a row changes in one record, by the policy of the import.

    Args:
        policy: what happens to a value that the book has.
        where: where the present value stands, for notes: "in the book", "in row 7".
    """

    def __init__(self, policy: Update, *, where: str = "in the book") -> None:
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self.notes: list[Note] = []
        self._policy = policy
        self._where = where

    def compare(self, field: str, stated: Any, held: Any) -> None:
        """Take a stated value over, or note that it differs."""
        if stated is None or stated == held:
            return
        said = clipped(str(stated))
        now = "empty" if held is None else clipped(str(held))
        if self._policy is Update.OVERWRITE or (held is None and self._policy is Update.FILL):
            self.before[field], self.after[field] = held, stated
            kind = NoteKind.FILLED if held is None else NoteKind.REPLACED
            was = "was empty" if held is None else f"was {now}"
            self.notes.append(Note(kind, field, said, f"The {field} {was} {self._where}, and is now {said}."))
        else:
            text = f"The {field} here is {said}; {self._where} it is {now}, and stays so."
            self.notes.append(Note(NoteKind.DIFFERS, field, said, text))

    def amends(self, record: type[Record], key: int) -> tuple[Amend, ...]:
        """The change of the record; none if nothing is taken over."""
        return (Amend(record, key, self.before, self.after),) if self.after else ()
