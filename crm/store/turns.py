"""Taking turns: transactions that name the same thing go through it one at a time."""

from sqlalchemy import func, select
from sqlmodel import Session


def take_turns(session: Session, what: str) -> None:
    """Wait until no other transaction holds this turn, and hold it to the end of this one.

    Args:
        session: the transaction.
        what: what must not be done twice at once, e.g. "merge"; compared by a hash of 64 bits.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"accord.{what}", 0))))
