"""The rows of an import in numbers: by verdict, problem and note, with a few examples of each; bounded, however many rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from crm.imports.verdicts import NoteKind, RowVerdict, Verdict, clipped

MOST_EXAMPLES = 5
"""How many rows are kept as examples of each verdict, problem and note."""


@dataclass(slots=True)
class Group:
    """Rows that are alike.

    Attributes:
        count: how many there are.
        examples: what is said of the first of them.
    """

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count a row."""
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)


@dataclass(slots=True)
class Tally:
    """How many rows there are of each verdict, problem and note.

    Attributes:
        corrected: how many rows have a value that was read as something else than it says.
        verdicts: by verdict.
        problems: by field and kind of problem.
        notes: by field and kind of note.
    """

    corrected: int = 0
    verdicts: dict[str, Group] = field(default_factory=dict)
    problems: dict[str, Group] = field(default_factory=dict)
    notes: dict[str, Group] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> int:
        """How many rows have a verdict."""
        found = self.verdicts.get(verdict.value)
        return found.count if found else 0

    @property
    def total(self) -> int:
        """How many rows there are, blank ones not counted."""
        return sum(group.count for group in self.verdicts.values())

    def add(self, rows: Iterable[RowVerdict]) -> None:
        """Take in the verdicts on some rows."""
        for row in rows:
            self.corrected += row.corrected
            _group(self.verdicts, row.verdict.value).add(f"row {row.row}: {clipped(row.name)}")
            for problem in row.problems:
                about = _about(problem.field, problem.kind)
                _group(self.problems, about).add(f"row {row.row}: {problem.reason}")
            for about, text in Counter((_about(n.field, n.kind), n.text) for n in row.notes):
                _group(self.notes, about).add(f"row {row.row}: {text}")

    def as_json(self) -> dict[str, Any]:
        """The numbers as they are kept with the batch."""
        groups = {"verdicts": self.verdicts, "problems": self.problems, "notes": self.notes}
        kept = {name: {k: [g.count, g.examples] for k, g in found.items()} for name, found in groups.items()}
        return {"corrected": self.corrected, **kept}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """The numbers out of what was kept; of nothing, those of no rows."""
        tally = cls(corrected=kept.get("corrected", 0))
        for name in ("verdicts", "problems", "notes"):
            groups = {k: Group(count, list(examples)) for k, (count, examples) in kept.get(name, {}).items()}
            setattr(tally, name, groups)
        return tally


def _group(groups: dict[str, Group], about: str) -> Group:
    return groups.setdefault(about, Group())


def _about(about: str, kind: NoteKind | str) -> str:
    return f"{about} {kind}" if about else str(kind)
