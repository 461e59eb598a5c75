"""What has gone out lately, to accounts and to people."""

from datetime import datetime

from sqlalchemy import func, true
from sqlmodel import Session, col, select

from crm.insight.candidate import Touch
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageClass, MessageStatus

_NEVER_LEFT = (MessageStatus.STOPPED, MessageStatus.FAILED)


def last_letters(session: Session, since: datetime, *, to: int | None = None) -> dict[int, Touch]:
    """The latest letter to each account since an instant, sent or about to be; by the account's id.

    Args:
        session: to read with.
        since: the instant.
        to: look at this account alone.
    """
    at = func.coalesce(col(Letter.handed_at), col(Letter.queued_at))
    query = select(Letter.organization_id, func.max(at)).where(
        at >= since,
        col(Letter.status).not_in(_NEVER_LEFT),
        true() if to is None else col(Letter.organization_id) == to,
    )
    rows = session.exec(query.group_by(col(Letter.organization_id)))
    return {number: Touch(latest, "letter", None) for number, latest in rows if number is not None}


def last_written(session: Session, since: datetime, *, to: int | None = None) -> dict[int, datetime]:
    """When a letter of any campaign last went to each person since an instant; by the person's id.

    Args:
        session: to read with.
        since: the instant.
        to: look at this person alone.
    """
    query = select(Letter.person_id, func.max(col(Letter.handed_at))).where(
        Letter.message_class == MessageClass.MARKETING,
        col(Letter.status).in_(WENT_OUT),
        col(Letter.handed_at) > since,
        true() if to is None else col(Letter.person_id) == to,
    )
    rows = session.exec(query.group_by(col(Letter.person_id)))
    return {number: at for number, at in rows if number is not None and at is not None}
