"""Letters that still wait in the outbox when their run is cancelled: they are stopped where they are.

What a worker holds at that moment is stopped by its last look; what waits would only cost the mail server a dialogue each.
"""

from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session

from crm.store.columns import UtcDateTime


def stop_waiting(session: Session, run_id: int, *, why: str, at: datetime) -> None:
    """Stop the letters of a run that nobody holds, each with its line of the delivery ledger."""
    session.execute(_STOP, {"run": run_id, "why": why, "at": at})


_STOP = text("""
WITH waiting AS (
    SELECT id FROM outbox WHERE run_id = :run AND status = 'queued' ORDER BY id FOR UPDATE SKIP LOCKED
), stopped AS (
    UPDATE outbox SET status = 'stopped', verdict = :why WHERE id IN (SELECT id FROM waiting) RETURNING id, fence
)
INSERT INTO delivery (id, outbox_id, at, what, fence, detail)
SELECT nextval('accord_id'), id, :at, 'stopped', fence, :why FROM stopped
""").bindparams(bindparam("at", type_=UtcDateTime))
