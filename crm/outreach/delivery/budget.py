"""How much may go wrong in a run: it pauses itself when too many letters fail, or too many are marked as unwanted.

Mailbox providers judge a sender by both: Gmail asks that less than 0.3 per cent of letters be reported as spam. Whoever
has found the cause lets the run go on; from then on it is counted anew.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true, union_all
from sqlmodel import Session, col

from crm.mail.answers import AnswerKind
from crm.outreach.delivery.attempts import COMPOSE
from crm.outreach.limits import Budget
from crm.outreach.outbox.outbox import note
from crm.outreach.outbox_tables import WENT_OUT, DeliveryEvent, Letter, MessageStatus
from crm.outreach.run_tables import Run
from crm.outreach.runs.runs import pause_run
from crm.store.store import Change

HARD_BOUNCE = "hard_bounce"
"""A line of the delivery ledger: a mail server took the letter, and reported later that it cannot be delivered."""
_ONE_IS_NO_SHARE = 1


def watch_failures(change: Change, run_ids: Iterable[int], budget: Budget) -> None:
    """Pause those of the runs of which too many of the latest letters failed, at once or by a report that came back.

    Args:
        change: the verb that has just recorded the failures.
        run_ids: the runs of the letters that failed; a run in which nothing fails is never asked about.
        budget: how much may go wrong.
    """
    for number in sorted(set(run_ids)):
        seen, failed = _latest(change.session, number, budget.span)
        if failed > budget.failures * budget.span:
            note = f"Paused itself: {failed} of its latest {seen} letters failed"
            pause_run(change, number, note=f"{note} (at most {budget.failures:.1%} of {budget.span} may).")


def watch_bounces(change: Change, letter: Letter, budget: Budget) -> None:
    """Count a letter that the next mail server took, and that cannot be delivered, as one that failed.

    Args:
        change: the verb that has just taken in the report.
        letter: the letter that came back for good.
        budget: how much may go wrong.
    """
    note(change.session, [letter], HARD_BOUNCE, at=change.now)
    if letter.run_id is not None:
        watch_failures(change, [letter.run_id], budget)


def watch_complaints(change: Change, run_id: int, budget: Budget) -> None:
    """Pause a run if too many of its letters were marked as unwanted. One alone says nothing about a run yet.

    Args:
        change: the verb that has just taken in a complaint.
        run_id: the run of the letter.
        budget: how much may go wrong.
    """
    complaints, letters = _unwanted(change.session, run_id)
    if complaints > max(_ONE_IS_NO_SHARE, budget.complaints * letters):
        note = f"Paused itself: {complaints} of its {letters} letters were marked as unwanted"
        pause_run(change, run_id, note=f"{note} (at most {budget.complaints:.1%} may).")


def _latest(session: Session, run_id: int, span: int) -> tuple[int, int]:
    """How many of the latest letters of a run are over since it last went on, and how many of these failed.

    One that cannot be put together has failed, too, although it is held for a person.
    """
    over = union_all(_settled(session, run_id, span), _unfit(session, run_id, span)).subquery()
    latest = select(over).order_by(over.c.at.desc()).limit(span).subquery()
    failed = func.count().filter(latest.c.failed)
    row = session.execute(select(func.count(), failed).select_from(latest)).one()
    return row[0], row[1]


def _settled(session: Session, run_id: int, span: int) -> Select[*tuple[Any, ...]]:
    came_back = exists().where(
        col(DeliveryEvent.outbox_id) == col(Letter.id), col(DeliveryEvent.what) == HARD_BOUNCE
    )
    at = col(Letter.settled_at)
    return (
        select(at.label("at"), or_(col(Letter.status) == MessageStatus.FAILED, came_back).label("failed"))
        .where(col(Letter.run_id) == run_id, at.is_not(None), _not_forgiven(session, run_id, at))
        .order_by(at.desc())
        .limit(span)
    )


def _unfit(session: Session, run_id: int, span: int) -> Select[*tuple[Any, ...]]:
    at = func.max(col(DeliveryEvent.at))
    return (
        select(at.label("at"), true().label("failed"))
        .join_from(DeliveryEvent, Letter, col(Letter.id) == col(DeliveryEvent.outbox_id))
        .where(col(Letter.run_id) == run_id, col(Letter.status) == MessageStatus.HELD)
        .where(col(DeliveryEvent.phase) == COMPOSE, _not_forgiven(session, run_id, col(DeliveryEvent.at)))
        .group_by(col(Letter.id))
        .order_by(at.desc())
        .limit(span)
    )


def _unwanted(session: Session, run_id: int) -> tuple[int, int]:
    """How many letters of a run were marked as unwanted since it last went on, and how many have gone out at all."""
    complained = (
        select(func.count(func.distinct(DeliveryEvent.outbox_id)))
        .join_from(DeliveryEvent, Letter, col(Letter.id) == col(DeliveryEvent.outbox_id))
        .where(col(Letter.run_id) == run_id, col(DeliveryEvent.what) == AnswerKind.COMPLAINT.value)
        .where(_not_forgiven(session, run_id, col(DeliveryEvent.at)))
    )
    went_out = select(func.count()).where(col(Letter.run_id) == run_id, col(Letter.status).in_(WENT_OUT))
    return session.scalar(complained) or 0, session.scalar(went_out) or 0


def _not_forgiven(session: Session, run_id: int, at: Any) -> ColumnElement[bool]:
    """Whether something happened since the run was last let go on."""
    resumed_at = session.get_one(Run, run_id, populate_existing=True).resumed_at
    return true() if resumed_at is None else at > resumed_at
