"""Column types and the fields that many tables share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, DateTime, Dialect, Enum, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import NamedColumn
from sqlalchemy.types import TypeDecorator, UserDefinedType
from sqlmodel import Field

from crm.dates import in_utc
from crm.errors import InvalidInput
from crm.store.records import ids

E = TypeVar("E", bound=StrEnum)

ERASED = "(erased)"
"""What stands where a text about a person was erased."""

PERSONAL: Mapping[str, Any] = {"info": {"personal": True}}
"""Marks a column that says something about a person, where `personal()` does not fit."""

INNER: Mapping[str, Any] = {"info": {"inner": True}}
"""Marks a column that only the program keeps, worked out from others: a normal form, the head of a group."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, UTC coming out. A naive time is refused, not guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Refuse a naive time and hand over UTC."""
        return value and in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Hand out UTC whatever the connection's time zone."""
        return value and value.astimezone(UTC)


class ManyIds(UserDefinedType[str]):
    """Very many ids as one parameter, given as PostgreSQL writes an array: "{1,2,3}".

    SQLAlchemy and the driver look at each entry of a list; that of a text takes a tenth of the time.
    """

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_kw: Any) -> str:
        """What the parameter is taken for."""
        return "BIGINT[]"


def id_field() -> Any:
    """The primary key of a table: a number that is unique in the whole book."""
    return Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[ids])


def ref(target: str, *, optional: bool = False, index: bool = True, **kwargs: Any) -> Any:
    """A reference to the id of another table, e.g. ``ref("organization.id")``."""
    if optional:
        kwargs.setdefault("default", None)
    return Field(sa_type=BigInteger, foreign_key=target, index=index, nullable=optional, **kwargs)


def choice(kind: type[StrEnum], *, name: str = "", **kwargs: Any) -> Any:
    """An enumeration stored as text, with a named CHECK of its members."""
    column = Enum(
        kind,
        name=name or _snake(kind.__name__),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    kwargs.setdefault("nullable", False)
    return Field(sa_type=column, **kwargs)


def chosen(kind: type[E], given: E | str, *, field: str) -> E:
    """The member of an enumeration that a person means, e.g. "Sector member" for ``sector_member``.

    Args:
        kind: the enumeration.
        given: the member itself or its value, in any case, with spaces or hyphens for underscores.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is none of them; the candidates are listed.
    """
    wanted = given.strip().casefold().replace(" ", "_").replace("-", "_")
    for member in kind:
        if wanted == member.value.casefold().replace("-", "_"):
            return member
    raise InvalidInput(
        f"{field}: there is no {given[:60]!r}.",
        field=field,
        value=given,
        candidates=[member.value for member in kind],
    )


def at_field(**kwargs: Any) -> Any:
    """An instant in UTC."""
    if "default" in kwargs:
        kwargs.setdefault("nullable", kwargs["default"] is None)
    return Field(sa_type=UtcDateTime, **kwargs)


def json_field(*, personal: bool = False, **kwargs: Any) -> Any:
    """A JSON document; a personal one says something about a person."""
    return Field(sa_type=JSONB, sa_column_kwargs=PERSONAL if personal else {}, **kwargs)


def personal(*, inner: bool = False, **kwargs: Any) -> Any:
    """A text that says something about a person: the trail keeps its values where they can be erased.

    Free text counts, whatever it is meant for: somebody writes a name into it one day.

    Args:
        inner: whether only the program reads it.
        **kwargs: as for every field.
    """
    return Field(sa_column_kwargs={"info": {**PERSONAL["info"], "inner": inner}}, **kwargs)


def is_personal(column: NamedColumn[Any]) -> bool:
    """Whether a column says something about a person."""
    return bool(column.info.get("personal"))


def is_text(column: NamedColumn[Any]) -> bool:
    """Whether words stand in a column: a text, a list of them, or a document."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSONB | ARRAY) and not isinstance(kind, Enum)


def is_inner(column: NamedColumn[Any]) -> bool:
    """Whether only the program reads a column; the history of a record passes over it."""
    return column.name == "id" or bool(column.info.get("inner"))


def prose(*, personal: bool = False, **kwargs: Any) -> Any:
    """A text that people look for by its words; a personal one says something about a person as well."""
    return Field(sa_column_kwargs={"info": {"personal": personal, "searched": True}}, **kwargs)


def trigram_index(name: str, column: str) -> Index:
    """An index that finds similar text (pg_trgm)."""
    return Index(name, column, postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
