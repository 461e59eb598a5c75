"""Which letters a worker takes next: those that are due, together; and by itself a letter that may have killed others."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.merged import among
from crm.outreach.delivery.reaping import suspect
from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.outreach.outgoing import mail_goes_out
from crm.outreach.run_tables import Enrolment, Run, RunStatus

LONGEST_WAITING = (col(Letter.due_at), col(Letter.id))


def due(now: datetime) -> SelectOfScalar[int]:
    """The ids of letters that are due, and whose account need not be looked at first; for queries."""
    waits = (col(Letter.status) == MessageStatus.QUEUED) & (col(Letter.due_at) <= now)
    ready = col(Letter.run_id).is_(None) | col(Run.status).in_([RunStatus.RUNNING, RunStatus.CANCELLED])
    looked_at = col(Enrolment.due_at).is_(None) | (col(Enrolment.due_at) > now)
    return (
        select(Letter.id)
        .outerjoin(Run, col(Run.id) == col(Letter.run_id))
        .outerjoin(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .where(waits, ready, looked_at, mail_goes_out())
    )


def claimed(
    session: Session, *, limit: int, ids: Iterable[int] | None, now: datetime, lease: timedelta
) -> list[Letter]:
    """Take letters that are due; where none are left but such as workers have died over, one of these alone.

    Args:
        session: a transaction under way.
        limit: how many at the most.
        ids: only of these.
        now: the present instant.
        lease: after which the claim lapses.

    Returns:
        The letters, the longest waiting first.
    """
    query, until = due(now), now + lease
    if ids is not None:
        query = query.where(among(col(Letter.id), ids))
    together = query.where(~suspect()).order_by(*LONGEST_WAITING).limit(limit)
    return _taken(session, together, until) or _taken(session, _alone(query), until)


def _alone(query: SelectOfScalar[int]) -> SelectOfScalar[int]:
    # One that has killed more than others comes after them: whoever takes it comes to nothing else.
    return query.where(suspect()).order_by(col(Letter.tries), *LONGEST_WAITING).limit(1)


def _taken(session: Session, which: SelectOfScalar[int], until: datetime) -> list[Letter]:
    # In a WITH of its own: PostgreSQL may run a plain subquery again, and would claim more than the limit.
    chosen = which.with_for_update(skip_locked=True, of=Letter).cte("chosen")
    changes = {"status": MessageStatus.CLAIMED, "fence": Letter.fence + 1}
    changes |= {"tries": Letter.tries + 1, "lease_until": until}
    taken = update(Letter).where(col(Letter.id).in_(select(chosen.c.id))).values(changes).returning(Letter)
    return sorted(session.scalars(taken), key=lambda letter: (letter.due_at, letter.id))
