"""What the database refuses, told in the words of the book. The one place where driver errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError

from crm.errors import AccordError, AlreadyExists, InvalidInput, Refused, StoreError, Unreachable


@dataclass(frozen=True, slots=True)
class _Meaning:
    error: type[AccordError]
    message: str
    field: str | None
    hint: str | None


_MEANINGS: dict[str, _Meaning] = {}


def means(
    constraint: str, error: type[AccordError], message: str, *, field: str | None = None, hint: str | None = None
) -> None:
    """Say what the violation of a constraint means; each table's file does it for its own.

    Args:
        constraint: the name of the constraint in the database.
        error: the error to raise.
        message: one sentence for the person who gave the value.
        field: the field concerned.
        hint: how to mend it.
    """
    _MEANINGS[constraint] = _Meaning(error, message, field, hint)


@contextmanager
def told_in_our_words() -> Iterator[None]:
    """Turn what the driver raises inside the block into errors of the book."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error) from error


def _translated(error: DBAPIError) -> AccordError:
    original = error.orig
    if not isinstance(original, psycopg.Error):
        return StoreError("The database driver failed.", value=type(original).__name__)
    if isinstance(error, OperationalError) and (original.sqlstate is None or original.sqlstate.startswith(("08", "57P"))):
        return Unreachable("The database does not answer.", hint="See `crm doctor`.")
    constraint = original.diag.constraint_name or ""
    if meaning := _MEANINGS.get(constraint):
        return meaning.error(meaning.message, field=meaning.field, hint=meaning.hint)
    return _by_state(original, constraint)


def _by_state(original: psycopg.Error, constraint: str) -> AccordError:
    table, column = original.diag.table_name, original.diag.column_name
    match original.sqlstate or "":
        case "23505":
            return AlreadyExists("The book holds this already.", subject=table, field=constraint)
        case "23503":
            return InvalidInput("This refers to something that is not in the book.", subject=table, field=constraint)
        case "23502":
            return InvalidInput("A value is missing.", subject=table, field=column)
        case "23514" | "23P01":
            return InvalidInput("A value is not allowed here.", subject=table, field=constraint)
        case "P0001":
            return Refused(original.diag.message_primary or "The database refused.", rule="database")
        case state if state.startswith("22"):
            return InvalidInput("A value cannot be stored.", value=original.diag.message_primary)
        case _:
            return StoreError("The database could not do this.", value=original.diag.message_primary)
