"""All that is held on one person, as a value that prints as a page and goes to a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, overload

from crm.reports.forms.file import written
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds.

    Attributes:
        name: the table.
        meaning: what a row of it is, in words.
        rows: the rows, column by column, as plain values.
    """

    name: str
    meaning: str
    rows: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.meaning}"]
        for row in self.rows:
            told = [f"{n}: {_indented(v)}" for n, v in row.items() if v not in (None, "", {}, [])]
            lines += [f"  - {told[0]}", *(f"    {line}" for line in told[1:])]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData(Shown):
    """All that is held on one person.

    Attributes:
        person_id: their number.
        name: their name.
        as_of: when the book was read.
        sections: what each table holds.
    """

    person_id: int
    name: str
    as_of: datetime
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        head = f"What is held on {self.name} (number {self.person_id}) as of {self.as_of:%-d %B %Y %H:%M} UTC"
        return "\n\n".join([head, *map(str, self.sections)]) + "\n"

    @overload
    def to_json(self) -> str: ...
    @overload
    def to_json(self, path: str | Path) -> Path: ...
    def to_json(self, path: str | Path | None = None) -> str | Path:
        """All of it as JSON, for programs (GDPR, Article 20): the text, or the path of the file when one is given."""
        document = {
            "person": self.person_id,
            "name": self.name,
            "as_of": self.as_of.isoformat(),
            "held": {s.name: {"meaning": s.meaning, "rows": list(s.rows)} for s in self.sections},
        }
        return _for_us_alone(json.dumps(document, ensure_ascii=False, indent=2) + "\n", path)

    @overload
    def to_text(self) -> str: ...
    @overload
    def to_text(self, path: str | Path) -> Path: ...
    def to_text(self, path: str | Path | None = None) -> str | Path:
        """All of it as a text to read: the text, or the path of the file when one is given."""
        return _for_us_alone(str(self), path)


def _for_us_alone(text: str, path: str | Path | None) -> str | Path:
    """Write a file that nobody else on the machine can read; one that is there keeps its permissions."""
    if path is not None and Path(path).parent.is_dir():
        Path(path).touch(mode=0o600)
    return written(text, path)


def _indented(value: Any) -> str:
    return "\n      ".join(str(value).splitlines())
