"""A row as it was understood: the values that could be read, with the notes and problems met on the way."""

from dataclasses import dataclass, field

from crm.imports.verdicts import Note, NoteKind, Problem, clipped


@dataclass(slots=True)
class Draft:
    """What a row states; each kind of row adds its own values.

    Attributes:
        row: where it stands, counted from 1 with the header as row 1.
        cells: the row as it stands in the file.
        name: what the row is about, in a few words.
        given: the fields in which something stands, readable or not.
        notes: what was corrected, concluded or left out.
        problems: why it cannot be taken.
    """

    row: int
    cells: tuple[str, ...]
    name: str = ""
    given: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, kind: NoteKind, about: str, value: str, text: str) -> None:
        """Note what was done with a value."""
        self.notes.append(Note(kind, str(about), clipped(value), text))
