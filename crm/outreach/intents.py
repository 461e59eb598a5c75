"""The intent to write the final dots of a window of letters: who still holds them, and that their dots follow now.

Letters are asked for by their ids alone, so that the database never looks through all that somebody holds.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlmodel import Session

from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.store.columns import UtcDateTime

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def still_ours(session: Session, letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters whose claim still holds, locked, in the order of their ids."""
    rows = session.execute(_HOLD, {"ids": [letter.id for letter in letters]})
    held = {(number, fence) for number, fence, status in rows if status == MessageStatus.CLAIMED}
    ours = (letter for letter in letters if (letter.id, letter.fence) in held)
    return sorted(ours, key=lambda letter: letter.id)


def intended(session: Session, letters: Sequence[Letter], *, at: datetime, until: datetime) -> frozenset[int]:
    """Write down that the dots of these letters are about to be written, each with its line of the delivery ledger.

    Args:
        session: the transaction that holds them locked; nothing is intended before it is committed.
        letters: those that are still ours, and that nothing stands against.
        at: the instant of the intents.
        until: after which whoever has recorded no answer is taken for dead.

    Returns:
        The ids of the letters.
    """
    given = {"ids": [letter.id for letter in letters], "at": at, "until": until}
    return frozenset(session.scalars(_INTEND, given)) if letters else frozenset()


_HOLD = text("SELECT id, fence, status FROM outbox WHERE id = ANY(:ids) ORDER BY id FOR UPDATE").bindparams(
    _IDS
)

_INTEND = text("""
WITH intended AS (
    UPDATE outbox SET status = 'handing_off', attempts = attempts + 1, handed_at = :at, lease_until = :until
    WHERE id = ANY(:ids)
    RETURNING id, fence
)
INSERT INTO delivery (id, outbox_id, at, what, fence, detail)
SELECT nextval('accord_id'), id, :at, 'handing_off', fence, '' FROM intended
RETURNING outbox_id
""").bindparams(_IDS, bindparam("at", type_=UtcDateTime), bindparam("until", type_=UtcDateTime))
