"""What dead workers leave behind, and what has been in doubt for long enough."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.outreach.outbox.decisions import RESEND
from crm.outreach.outbox_tables import NEVER_TWICE, DeliveryEvent, Letter, MessageStatus

_MOST_CRASHES = 10
_IN_COMPANY = 3  # restarts of machines and deployments; a letter that kills its workers is met again at once
_DIED = "its worker died before the final dot"


def reap(session: Session, *, now: datetime, doubt: timedelta) -> dict[str, int]:
    """Settle what nobody works on any more.

    Args:
        session: the transaction.
        now: the present instant.
        doubt: how long evidence is waited for before a letter's class settles it.

    Returns:
        How many letters were held, went back to the queue, came into doubt, and were assumed sent.
    """
    lapsed = col(Letter.lease_until) < now
    claimed = (col(Letter.status) == MessageStatus.CLAIMED) & lapsed
    crashing = claimed & (_deaths() >= _MOST_CRASHES - 1)
    at_the_dot = (col(Letter.status) == MessageStatus.HANDING_OFF) & lapsed
    aged = (col(Letter.status) == MessageStatus.IN_DOUBT) & (col(Letter.handed_at) < now - doubt)
    settled = aged & col(Letter.message_class).in_(NEVER_TWICE)
    return {
        "held": _sweep(
            session, crashing, MessageStatus.HELD, f"{_MOST_CRASHES} workers died over it", at=now
        ),
        "requeued": _sweep(session, claimed, MessageStatus.QUEUED, _DIED, at=now),
        "in_doubt": _sweep(
            session, at_the_dot, MessageStatus.IN_DOUBT, "its worker died at the final dot", at=now
        ),
        "assumed_sent": _sweep(
            session,
            settled,
            MessageStatus.ASSUMED_SENT,
            "no evidence came; letters of this class are not sent twice",
            at=now,
        ),
    }


def suspect() -> ColumnElement[bool]:
    """Whether so many workers have died over a letter that it is claimed by itself, for queries.

    A worker dies over all that it holds. From here on no other letter is counted for what this one may have done, and
    those that only lay beside one that kills go out.
    """
    # Each death was a try: of nearly all letters nothing more is asked.
    return (col(Letter.tries) >= _IN_COMPANY) & (_deaths() >= _IN_COMPANY)


def _deaths() -> ColumnElement[int]:
    """How often workers have died over a letter since a person last had it sent, by the ledger: its tries count refusals too."""
    other = aliased(DeliveryEvent)
    resent = select(func.max(col(other.id))).where(
        col(other.outbox_id) == col(Letter.id), col(other.what) == RESEND.words
    )
    died = select(func.count()).where(
        col(DeliveryEvent.outbox_id) == col(Letter.id),
        col(DeliveryEvent.detail) == _DIED,
        col(DeliveryEvent.id) > func.coalesce(resent.correlate(Letter).scalar_subquery(), 0),
    )
    return died.correlate(Letter).scalar_subquery()


def _sweep(
    session: Session, which: ColumnElement[bool], status: MessageStatus, why: str, *, at: datetime
) -> int:
    changes: dict[str, Any] = {"status": status, "lease_until": None, "verdict": why}
    if status is MessageStatus.ASSUMED_SENT:
        changes["settled_at"] = at
    swept = update(Letter).where(which).values(changes).returning(col(Letter.id), col(Letter.fence))
    rows = [
        {"outbox_id": number, "at": at, "what": status, "fence": fence, "detail": why}
        for number, fence in session.execute(swept)
    ]
    if rows:
        session.execute(insert(DeliveryEvent), rows)
    return len(rows)
