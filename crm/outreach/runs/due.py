"""Which enrolments are due, with what a plan must know of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, cast, select, update
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.membership.terms import Coverage
from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus, StepTaken, begun_at
from crm.outreach.runs.goals import goal_reached
from crm.outreach.runs.moves import Done, Waiting
from crm.outreach.runs.responses import answered, complaining
from crm.store.columns import UtcDateTime


def due_enrolments(session: Session, *, now: datetime, limit: int) -> tuple[Waiting, ...]:
    """The enrolments of running runs that are due, the longest waiting first."""
    query = (
        select(
            *(col(getattr(Enrolment, name)) for name in _READ),
            col(Run.campaign),
            begun_at().label("launched_at"),
            answered().label("answered"),
            goal_reached().label("goal_reached"),
            complaining(now.date()).label("complaining"),
        )
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .where(
            col(Enrolment.state) == EnrolmentState.ENROLLED,
            col(Enrolment.due_at) <= now,
            col(Run.status) == RunStatus.RUNNING,
        )
        .order_by(col(Enrolment.due_at), col(Enrolment.id))
        .limit(limit)
    )
    rows = session.execute(query).all()
    done = _steps_taken(session, [row.id for row in rows])
    return tuple(_waiting(row, done.get(row.id, {})) for row in rows)


def look_again(session: Session, run: Run) -> None:
    """Have accounts whose letters of a run have not left looked at before these may leave; inside a verb."""
    waiting = select(col(Letter.enrolment_id)).where(
        col(Letter.run_id) == run.id, col(Letter.status).in_((MessageStatus.QUEUED, MessageStatus.CLAIMED))
    )
    there = select(col(Enrolment.id)).where(
        col(Enrolment.id).in_(waiting), col(Enrolment.state) == EnrolmentState.ENROLLED
    )
    # In the order in which everybody locks several of them.
    locked = there.order_by(col(Enrolment.id)).with_for_update()
    # Due since the launch, so that they are due by the clock of every worker, be it a little slow.
    due = update(Enrolment).where(col(Enrolment.id).in_(locked)).values(due_at=run.launched_at)
    session.execute(due)


_READ = (
    "id",
    "run_id",
    "organization_id",
    "group_id",
    "person_id",
    "language",
    "arm",
    "step",
    "rotation",
    "held_at",
    "facts",
)


def _steps_taken(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Done]]:
    query = (
        select(
            col(StepTaken.enrolment_id),
            col(StepTaken.step),
            col(StepTaken.at),
            col(Letter.status),
            col(Letter.handed_at),
            col(StepTaken.outcome),
            col(Letter.person_id),
            case((_unseen(), cast(col(Letter.facts)["meeting"]["starts_at"].astext, UtcDateTime))),
        )
        .outerjoin(Letter, col(Letter.id) == col(StepTaken.outbox_id))
        .where(among(col(StepTaken.enrolment_id), ids))
        .order_by(col(StepTaken.id))
    )
    found: dict[int, dict[str, Done]] = defaultdict(dict)
    for number, step, *what in session.execute(query):
        found[number][step] = Done(*what)
    return found


def _unseen() -> ColumnElement[bool]:
    """Whether a letter waits, and its reader cannot have seen it."""
    return (col(Letter.status) == MessageStatus.QUEUED) & col(Letter.may_duplicate).is_(False)


def _waiting(row: Any, done: Mapping[str, Done]) -> Waiting:
    return Waiting(
        enrolment_id=row.id,
        run_id=row.run_id,
        campaign=row.campaign,
        organization_id=row.organization_id,
        group_id=row.group_id,
        person_id=row.person_id,
        language=row.language,
        arm=row.arm,
        coverage=Coverage(row.facts["coverage"]) if "coverage" in row.facts else None,
        step=row.step,
        launched_at=row.launched_at,
        answered=row.answered,
        goal_reached=row.goal_reached,
        complaining=row.complaining,
        rotation=row.rotation,
        held_at=row.held_at,
        facts=row.facts.get("letter", {}),
        done=done,
    )
