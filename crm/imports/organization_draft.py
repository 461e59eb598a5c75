"""A row of a file of organisations, as it was understood."""

from dataclasses import dataclass, field

from crm.directory.names import normal_name
from crm.directory.tables import OrganizationKind, Size
from crm.imports.draft import Draft

COMPARED = ("name", "country", "kind", "segment", "size", "employees", "website", "lei")
"""What a row is compared with the book in."""

NEW = "new"
"""What stands in the field `id` of a row that is none of those that look like it."""


@dataclass(slots=True)
class OrganizationDraft(Draft):
    """An organisation as a row states it.

    Attributes:
        normal: the form under which its name is compared.
        decided: the organisation that somebody says it is, by any key, or "new".
        key: what the source calls it.
        names: display names by language.
    """

    normal: str = ""
    decided: str = ""
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

    def call(self, name: str) -> None:
        """Give it its name."""
        self.name, self.normal = name, normal_name(name)

    def normals(self) -> set[str]:
        """All its names in the form under which they are compared."""
        return {self.normal, *map(normal_name, self.names.values()), *map(normal_name, self.aliases)}
