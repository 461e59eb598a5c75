"""The intent to write the final dots of a window of letters: nobody else may change them, and their dots follow now.

Letters are asked for by their ids alone, so that the database never looks through all that somebody holds.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlmodel import Session

from crm.outreach.outbox_tables import Letter
from crm.outreach.outgoing import TURN
from crm.store.columns import UtcDateTime
from crm.store.turns import known_as

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def hold(session: Session, letters: Sequence[Letter]) -> None:
    """Keep what stands about letters as it is until the transaction ends: their readers, they themselves, their runs.

    Locked one after the other, each in the order of their ids, and waited for: the people, the letters, the stop of all
    mail, which must not come in between, and the runs.
    """
    people = {letter.person_id for letter in letters if letter.person_id is not None}
    runs = {letter.run_id for letter in letters if letter.run_id is not None}
    given = {"people": list(people), "ids": [letter.id for letter in letters], "runs": list(runs)}
    session.execute(_HOLD, {**given, "turn": known_as(TURN)})


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


_HOLD = text("SELECT accord_hold_window(:people, :ids, :turn, :runs)").bindparams(
    _IDS, bindparam("people", type_=ARRAY(BigInteger)), bindparam("runs", type_=ARRAY(BigInteger))
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
