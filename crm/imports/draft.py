"""A row as it was understood: the values that could be read, with the notes and problems met on the way."""

import hashlib
from dataclasses import dataclass, field

from crm.directory.names import normal_name
from crm.directory.tables import OrganizationKind, Size
from crm.imports.verdicts import Note, NoteKind, Problem, clipped


@dataclass(slots=True)
class Draft:
    """An organisation as a row states it.

    Attributes:
        row: where it stands, counted from 1 with the header as row 1.
        cells: the row as it stands in the file.
        normal: the form under which its name is compared.
        key: what the source calls it.
        names: display names by language.
    """

    row: int
    cells: tuple[str, ...]
    name: str = ""
    normal: str = ""
    country: str | None = None
    kind: OrganizationKind | None = None
    segment: str | None = None
    size: Size | None = None
    employees: int | None = None
    website: str | None = None
    lei: str | None = None
    key: str | None = None
    domains: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def call(self, name: str) -> None:
        """Give it its name."""
        self.name, self.normal = name, normal_name(name)

    def note(self, kind: NoteKind, about: str, value: str, text: str) -> None:
        """Note what was done with a value."""
        self.notes.append(Note(kind, str(about), clipped(value), text))

    def normals(self) -> set[str]:
        """All its names in the form under which they are compared."""
        return {self.normal, *map(normal_name, self.names.values()), *map(normal_name, self.aliases)}

    @property
    def digest(self) -> str:
        """The first half of the SHA-256 of its cells, in hexadecimal."""
        return hashlib.sha256("\x1f".join(self.cells).encode()).hexdigest()[:32]
