"""What the database refuses, told in the words of the book. The one place where driver errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from crm.errors import AccordError, AlreadyExists, InvalidInput, Refused, StoreError, Unreachable


@dataclass(frozen=True, slots=True)
class _Meaning:
    error: type[AccordError]
    message: str
    field: str | None
    hint: str | None


class DriverRefused(Exception):
    """What the driver said, for logs: the kind of refusal and the statement, and no value.

    The driver's own error repeats the row in its DETAIL line, an e-mail address with it.
    """


_MEANINGS: dict[str, _Meaning] = {}


def means(
    constraint: str,
    error: type[AccordError],
    message: str,
    *,
    field: str | None = None,
    hint: str | None = None,
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
    """Turn what the driver and the checks of fields raise inside the block into errors of the book."""
    try:
        yield
    except DBAPIError as error:
        if interrupt := _interrupt_behind(error):
            raise interrupt from None
        raise _translated(error) from _without_values(error)
    except StatementError as error:
        if isinstance(error.orig, AccordError):  # said by one of our column types
            raise error.orig from None
        raise
    except PoolTimeoutError:
        raise StoreError("All connections to the database are in use.", hint="Try again later.") from None
    except ValidationError as error:
        raise _invalid(error) from None  # its text repeats every value


def _interrupt_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    """Control-C, where the driver stumbles while it stops for it: a pool's ping that cannot put its connection right."""
    while error:
        if isinstance(error, KeyboardInterrupt):
            return error
        error = error.__context__
    return None


def _without_values(error: DBAPIError) -> DriverRefused:
    original, said = error.orig, None
    if isinstance(original, psycopg.Error) and not isinstance(original, psycopg.DataError):
        said = original.diag.message_primary  # that of a DataError quotes what it could not read
    told = [type(original).__name__, said, error.statement]
    return DriverRefused(": ".join(part for part in told if part))


def _invalid(error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    given = None if first["type"] == "missing" else first["input"]
    return InvalidInput(f"{field}: {first['msg']}.", field=field, value=given)


def _translated(error: DBAPIError) -> AccordError:
    original = error.orig
    if not isinstance(original, psycopg.Error):
        return StoreError("The database driver failed.", value=type(original).__name__)
    if isinstance(error, OperationalError) and (
        original.sqlstate is None or original.sqlstate.startswith(("08", "57P"))
    ):
        return Unreachable(f"The database does not answer.{_refusal(original)}", hint="See `crm doctor`.")
    constraint = original.diag.constraint_name or ""
    if meaning := _MEANINGS.get(constraint):
        return meaning.error(meaning.message, field=meaning.field, hint=meaning.hint)
    return _by_state(original, constraint)


_BY_STATE: dict[str, tuple[type[AccordError], str]] = {
    "23505": (AlreadyExists, "The book holds this already."),
    "23503": (InvalidInput, "This refers to something that is not in the book."),
    "23502": (InvalidInput, "A value is missing."),
    "23514": (InvalidInput, "A value is not allowed here."),
    "23P01": (InvalidInput, "This overlaps with something in the book."),
}


def _by_state(original: psycopg.Error, constraint: str) -> AccordError:
    state, said = original.sqlstate or "", original.diag.message_primary
    if state in _BY_STATE:
        error, message = _BY_STATE[state]
        return error(message, subject=original.diag.table_name, field=constraint or original.diag.column_name)
    if state == "P0001":  # raised by a trigger of ours, which speaks for itself
        return Refused(said or "The database refused.", rule="database")
    if isinstance(original, psycopg.errors.QueryCanceled):
        return StoreError("This took longer than it may, so it was stopped.", hint="Ask for less at once.")
    if isinstance(original, psycopg.DataError):
        return InvalidInput("The database cannot take a value.", value=said or str(original))
    return StoreError("The database could not do this.", value=said, hint=f"It says: {said or original}.")


def _refusal(original: psycopg.Error) -> str:
    """What a server said that does answer, but lets nobody in: "database "accord" does not exist"."""
    said = str(original).partition("FATAL:")[2].strip().splitlines()
    return f" It says: {said[0].strip()}." if said else ""
