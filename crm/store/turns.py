"""Taking turns: transactions that name the same thing go through it one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Engine, func, select, text
from sqlmodel import Session

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


def take_turns(session: Session, what: str) -> None:
    """Wait until no other transaction holds this turn, and hold it to the end of this one.

    Args:
        session: the transaction.
        what: what must not be done twice at once, e.g. "merge"; compared by a hash of 64 bits.
    """
    session.execute(_ALONE, {"what": known_as(what)})


def known_as(what: str) -> str:
    """The name of a turn as the database hashes it, for what shares one: `pg_advisory_xact_lock_shared`."""
    return f"accord.{what}"


@contextmanager
def only_one(engine: Engine, what: str) -> Iterator[bool]:
    """Hold a turn through any number of transactions; it ends with the block, or with this process.

    Args:
        engine: the database.
        what: what must not be done twice at once.

    Yields:
        Whether the turn was free; nobody waits for it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.scalar(select(func.pg_try_advisory_lock(_number(what)))))
        try:
            yield free
        finally:
            if free:
                connection.execute(select(func.pg_advisory_unlock(_number(what))))


def _number(what: str) -> ColumnElement[int]:
    return func.hashtextextended(known_as(what), 0)
