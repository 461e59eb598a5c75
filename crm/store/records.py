"""The base of every table, and what makes a record that left its verb read-only."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from sqlalchemy import MetaData, Select, Sequence, bindparam, inspect, select
from sqlmodel import Session, SQLModel

from crm.errors import ReadOnly
from crm.shown import card

# Every constraint and index has a name, so that a violation can be told in our own words.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(SQLModel):
    """A row of the book. Inside its verb it can change; what a verb hands out is read-only.

    Attributes:
        changed_by: the verb that changes such a record, named when somebody assigns to it.
        append_only: whether the database refuses to change or delete rows of the table.
        trailed: whether a change of the table is written to the trail field by field.
        derived: the fields that are worked out from others, for the program alone: no trail and no answer tells them.
    """

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)  # ours, not SQLModel's shared one
    changed_by: ClassVar[str] = ""
    append_only: ClassVar[bool] = False
    trailed: ClassVar[bool] = True
    derived: ClassVar[frozenset[str]] = frozenset()

    def __setattr__(self, name: str, value: Any) -> None:
        self._refuse_outside_a_verb(name)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        self._refuse_outside_a_verb(name)
        super().__delattr__(name)

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]  # narrower than pydantic's
        """The fields that hold something, in the order of the table."""
        return (
            (name, value)
            for name in type(self).model_fields
            if name not in self.derived and (value := getattr(self, name)) not in (None, "")
        )

    def _repr_html_(self) -> str:
        return card(self)

    def _refuse_outside_a_verb(self, name: str) -> None:
        state = self.__dict__.get("_sa_instance_state")
        if state is not None and state.detached and not name.startswith("_"):
            raise ReadOnly(
                f"{type(self).__name__}.{name} cannot be assigned: what the book hands out is read-only.",
                subject=type(self).__name__,
                field=name,
                hint=f"Change it with {self.changed_by}." if self.changed_by else "No verb changes it.",
            )

    def amend(self, changes: Mapping[str, Any]) -> Self:
        """Take over validated changes; for use inside a verb."""
        valid = type(self).model_validate({**self.model_dump(), **changes})
        for name in changes:
            if getattr(self, name) != getattr(valid, name):
                setattr(self, name, getattr(valid, name))
        return self


# One sequence for every id: a number names one thing in the whole book, whatever its kind.
ids = Sequence("accord_id", metadata=Record.metadata)

R = TypeVar("R", bound=Record)
_LARGEST_ID = 2**63 - 1


def by_id(session: Session, kind: type[R], number: int) -> R | None:
    """The record of a kind with this id, if there is one; a number that can be no id is no mistake."""
    if not 0 < number <= _LARGEST_ID:
        return None
    known: R | None = session.identity_map.get(inspect(kind).identity_key_from_primary_key((number,)))
    return known or session.scalar(_of_id(kind), {"number": number})


@cache
def _of_id(kind: type[Record]) -> Select[Any]:
    # Made once for each kind: to put the statement together takes as long as to run it.
    return select(kind).where(inspect(kind).primary_key[0] == bindparam("number"))


@cache
def record_of(table: str) -> type[Record]:
    """The kind of record that a table holds."""
    kinds = {str(kind.__tablename__): kind for kind in _kinds(Record) if "__table__" in vars(kind)}
    return kinds[table]


def _kinds(kind: type[Record]) -> Iterator[type[Record]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def each(given: Any) -> list[Any]:
    """One key, or several, as a list: a text is one key, not as many as it has letters."""
    return [given] if isinstance(given, str | int | Record) else list(given)
