"""`book.imports.mappings`: mappings by name, for files that come again and again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, Session, col, select

from crm.directory.names import clean_name, normal_name
from crm.errors import AlreadyExists, InvalidInput, NotFound
from crm.imports.kind import Kind
from crm.imports.kinds import kind_of
from crm.imports.mapping import ImportMapping
from crm.store.columns import at_field, json_field
from crm.store.records import Record
from crm.store.store import Store

Mapped = ImportMapping | Mapping[str, Any] | str
"""A mapping, a plain dictionary of field and column, or the name of a mapping that was saved."""


class SavedMapping(Record, table=True):
    """A mapping under a name.

    Attributes:
        normal: the form under which the name is found.
        kind: what the rows are, e.g. "standing".
        mapping: columns, constants and separator.
    """

    __tablename__ = "import_mapping"
    changed_by: ClassVar[str] = "book.imports.mappings.save"

    normal: str = Field(primary_key=True)
    name: str
    kind: str
    mapping: dict[str, Any] = json_field()
    saved_by: str
    saved_at: datetime = at_field()


class Mappings:
    """`book.imports.mappings`: save and look up mappings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[SavedMapping]:
        """Every mapping that was saved, by name."""
        return iter(self.list())

    def list(self) -> tuple[SavedMapping, ...]:
        """Every mapping that was saved, by name."""
        with self._store.reading() as session:
            return tuple(session.exec(select(SavedMapping).order_by(col(SavedMapping.normal))))

    def get(self, name: str) -> SavedMapping:
        """The mapping of a name, case and accents apart.

        Raises:
            NotFound: there is none; the candidates are all there are.
        """
        with self._store.reading() as session:
            return _found(session, name)

    def save(
        self,
        name: str,
        mapping: ImportMapping | Mapping[str, Any],
        *,
        kind: str = "organizations",
        replace: bool = False,
    ) -> SavedMapping:
        """Save a mapping under a name, e.g. "finance extract".

        Args:
            name: how it will be asked for.
            mapping: the column for each field, or an `ImportMapping`.
            kind: what the rows are: "organizations", "people", "terms", "standing", "interactions", "participation",
                "payments".
            replace: whether it may take the place of one that bears the name.

        Raises:
            InvalidInput: the mapping makes no sense for this kind of row.
            AlreadyExists: there is one of this name.
        """
        whole = ImportMapping.of(mapping, kind_of(kind)).model_dump(mode="json")
        called = clean_name(name)
        with self._store.changing("import_mapping.saved") as change:
            values: dict[str, Any] = {"name": called, "kind": kind, "mapping": whole}
            values |= {"saved_by": change.actor, "saved_at": change.now}
            held = change.session.get(SavedMapping, normal_name(called))
            if held is None:
                return change.add(SavedMapping.model_validate({"normal": normal_name(called), **values}))
            if not replace:
                hint = "Choose another name, or say replace=True."
                raise AlreadyExists(f"There is a mapping {held.name!r} already.", field="name", hint=hint)
            return held.amend(values)


def mapping_of(store: Store, mapping: Mapped, kind: Kind) -> ImportMapping:
    """The mapping that somebody means, for a kind of row.

    Raises:
        NotFound: there is none of this name.
        InvalidInput: it makes no sense for this kind of row.
    """
    if not isinstance(mapping, str):
        return ImportMapping.of(mapping, kind)
    with store.reading() as session:
        saved = _found(session, mapping)
    if saved.kind != kind.name:
        raise InvalidInput(
            f"The mapping {saved.name!r} is one for {saved.kind}.", field="mapping", value=saved.name
        )
    return ImportMapping.of(saved.mapping, kind)


def _found(session: Session, name: str) -> SavedMapping:
    found = session.get(SavedMapping, normal_name(name))
    if found is None:
        names = session.exec(select(SavedMapping.name).order_by(col(SavedMapping.normal))).all()
        raise NotFound(
            f"There is no mapping {name!r}.",
            field="mapping",
            value=name,
            candidates=names,
            hint="Save one with book.imports.mappings.save.",
        )
    return found
