"""The intent to write the final dots of a window of letters: held, and committed, in one statement each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, TextClause, bindparam, text
from sqlmodel import Session

from crm.outreach.outbox_tables import Letter
from crm.store.columns import UtcDateTime


def still_ours(session: Session, letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters whose claim still holds, locked, in the order of their ids."""
    held = set(session.scalars(_HOLD, _claims(letters)))
    return sorted((letter for letter in letters if letter.id in held), key=lambda letter: letter.id)


def intended(session: Session, letters: Sequence[Letter], *, at: datetime, until: datetime) -> frozenset[int]:
    """Write down that the dots of these letters are about to be written, with a line of the delivery ledger each.

    Args:
        session: the transaction that holds them locked; nothing is intended before it is committed.
        letters: those that nothing stands against.
        at: the instant of the intents.
        until: when whoever writes no outcome is taken for dead.

    Returns:
        The ids of the letters.
    """
    return frozenset(session.scalars(_INTEND, _claims(letters) | {"at": at, "until": until}))


def _claims(letters: Sequence[Letter]) -> dict[str, Any]:
    return {"ids": [letter.id for letter in letters], "fences": [letter.fence for letter in letters]}


def _about_claims(statement: str, **types: Any) -> TextClause:
    types |= {"ids": ARRAY(BigInteger), "fences": ARRAY(Integer)}
    return text(statement).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))


_HOLD = _about_claims("""
SELECT outbox.id FROM outbox JOIN unnest(:ids, :fences) AS claim (id, fence) USING (id, fence)
WHERE status = 'claimed' ORDER BY outbox.id FOR UPDATE OF outbox
""")

_INTEND = _about_claims(
    """
WITH intended AS (
    UPDATE outbox SET status = 'handing_off', attempts = attempts + 1, handed_at = :at,
        lease_until = :until
    FROM unnest(:ids, :fences) AS claim (id, fence)
    WHERE outbox.id = claim.id AND outbox.fence = claim.fence AND status = 'claimed'
    RETURNING outbox.id, outbox.fence
)
INSERT INTO delivery (id, outbox_id, at, what, fence, detail)
SELECT nextval('accord_id'), id, :at, 'handing_off', fence, '' FROM intended
RETURNING outbox_id
""",
    at=UtcDateTime,
    until=UtcDateTime,
)
