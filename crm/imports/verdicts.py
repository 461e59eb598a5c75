"""What an import says about each row: a verdict, with notes on what was done and problems that stopped it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import TypeAdapter

from crm.errors import AccordError, Ambiguous, NotFound, Refused
from crm.shown import Shown

_LONGEST = 200


class Verdict(StrEnum):
    """What happens to a row, or would happen in a dry run.

    Attributes:
        CREATE: it was new and is in the book now.
        UPDATE: the book held it, and took something over from the file.
        MATCH: the book holds it; nothing was to be taken over.
        UNSURE: it may be one of several records, or none of them; a person has to say, and nothing was written.
        REFUSE: something is wrong with it; nothing was written.
    """

    CREATE = "create"
    UPDATE = "update"
    MATCH = "match"
    UNSURE = "unsure"
    REFUSE = "refuse"


LEFT = frozenset({Verdict.UNSURE, Verdict.REFUSE})
"""The verdicts under which a row is not in the book and waits for a person."""


class NoteKind(StrEnum):
    """What a note is about.

    Attributes:
        CORRECTED: a value was read as something else than it says.
        DERIVED: a value was concluded from another column.
        MISSING: the file does not state a value that reports ask for.
        LEFT_OUT: a value was not taken over; the row was.
        FILLED: the book had nothing there, and took the value over.
        REPLACED: the book said something else, and took the value over.
        DIFFERS: the book says something else than the file; the book was not changed.
        REPEATED: an earlier row of the file is the same.
        SETTLES: what a payment pays.
        CHECK: a person had better look.
    """

    CORRECTED = "corrected"
    DERIVED = "derived"
    MISSING = "missing"
    LEFT_OUT = "left out"
    FILLED = "filled"
    REPLACED = "replaced"
    DIFFERS = "differs"
    REPEATED = "repeated"
    SETTLES = "settles"
    CHECK = "check"


class ProblemKind(StrEnum):
    """Why a row was not taken."""

    MISSING = "missing"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    RULE = "against a rule"
    REPEATED = "repeated"
    CELLS = "wrong number of cells"
    QUOTES = "quotation marks"
    TOO_LONG = "too long"
    UNREADABLE = "unreadable characters"


@dataclass(frozen=True, slots=True)
class Note(Shown):
    """What was done with a row that was not refused.

    Attributes:
        kind: what the note is about.
        field: the field concerned; empty for the whole row.
        value: what stands in the file.
        text: a sentence for people.
    """

    kind: NoteKind
    field: str
    value: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Problem(Shown):
    """Why a row was not taken, and how to mend it.

    Attributes:
        kind: what kind of problem it is.
        field: the field concerned; empty for the whole row.
        value: what stands in the file, cut after 200 characters.
        reason: what is wrong, in a sentence.
        fix: how to mend it.
        candidates: what might have been meant.
    """

    kind: ProblemKind
    field: str
    value: str
    reason: str
    fix: str
    candidates: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: AccordError, *, field: str = "", value: str = "") -> Self:
        """The problem that an error of the book means for a row."""
        kind = ProblemKind.INVALID
        if isinstance(error, NotFound):
            kind = ProblemKind.UNKNOWN
        elif isinstance(error, Ambiguous):
            kind = ProblemKind.AMBIGUOUS
        elif isinstance(error, Refused):
            kind = ProblemKind.RULE
        fix = error.hint or "Correct the value, or leave the cell empty."
        return cls(kind, field or error.field or "", clipped(value), error.message, fix, error.candidates)

    def __str__(self) -> str:
        candidates = f" Candidates: {'; '.join(self.candidates)}." if self.candidates else ""
        return f"{self.reason}{candidates} {self.fix}"


@dataclass(frozen=True, slots=True)
class RowVerdict(Shown):
    """What happened to one row of a file; a dry run gives the same.

    Attributes:
        row: the row, counted from 1 with the header as row 1, as a spreadsheet does.
        verdict: what happened, or would happen in a dry run.
        name: what the row is about, in a few words.
        subject_id: the record of the book; None where nothing was written and for what a dry run would create.
        notes: what was corrected, concluded, filled or left out.
        problems: why the row was not taken.
        cells: the row as it stands in the file, if it was not taken.
    """

    row: int
    verdict: Verdict
    name: str
    subject_id: int | None = None
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def corrected(self) -> bool:
        """Whether a value was read as something else than it says."""
        return any(note.kind is NoteKind.CORRECTED for note in self.notes)

    @property
    def candidates(self) -> tuple[str, ...]:
        """What the row may be, or what its values may mean."""
        return tuple(candidate for problem in self.problems for candidate in problem.candidates)


NOTES = TypeAdapter(tuple[Note, ...])
PROBLEMS = TypeAdapter(tuple[Problem, ...])
VERDICT = TypeAdapter(RowVerdict)


def clipped(value: str) -> str:
    """A value short enough to be shown."""
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
