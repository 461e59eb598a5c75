"""What must hold before a run may be approved, launched, stopped or closed."""

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.staff import Staff
from crm.errors import NotFound, Refused
from crm.outreach.outbox_tables import SETTLED, Letter
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus
from crm.outreach.runs.audience import enrolled_count
from crm.store.store import Change
from crm.store.turns import take_turns

RunKey = int | str | Run
ENGAGED = (RunStatus.APPROVED, RunStatus.RUNNING, RunStatus.PAUSED)
"""In these a run keeps other campaigns away from the corporate groups that it enrols."""


def find_run(session: Session, key: RunKey) -> Run:
    """Look a run up by its id.

    Raises:
        NotFound: there is none.
    """
    number = key.id if isinstance(key, Run) else int(key) if str(key).isdecimal() else None
    run = session.get(Run, number) if number is not None else None
    if run is None:
        raise NotFound(
            f"There is no run {key}.", field="run", value=str(key), hint="The list of runs has their numbers."
        )
    return run


def run_in(change: Change, key: RunKey, *statuses: RunStatus, doing: str) -> Run:
    """Lock a run that is in one of these statuses.

    Raises:
        Refused: it is in another; the message says since when it was launched, if it was.
    """
    run = find_run(change.session, key)
    change.session.refresh(run, with_for_update={"key_share": True})
    if run.status not in statuses:
        launched = f", launched on {run.launched_at:%-d %B %Y}" if run.launched_at else ""
        raise Refused(
            f"Run {run.id} is {run.status}{launched}: it cannot be {doing}.",
            rule="runs.status",
            subject=f"run {run.id}",
            value=run.status.value,
            hint=f"Only a run that is {' or '.join(statuses)} can be {doing}.",
        )
    change.about(run)
    return run


def one_approval_at_a_time(session: Session) -> None:
    """Wait for other approvals and entries: each must see the corporate groups that the others have just engaged."""
    take_turns(session, "approve")


def refuse_approver(change: Change, run: Run) -> None:
    """Refuse an approver who prepared the run, or who is not on the active staff.

    Raises:
        Refused: naming which of the two.
    """
    actor = change.actor.casefold()
    if actor == run.author.casefold():
        raise Refused(
            "Who prepared a run cannot approve it.",
            rule="runs.approver",
            subject=actor,
            hint="Ask a colleague.",
        )
    staff = change.session.exec(select(Staff).where(Staff.email == actor)).first()
    if staff is None or not staff.active:
        raise Refused(
            f"{change.actor} is not on the active staff and cannot approve a run.",
            rule="runs.approver",
            subject=change.actor,
            hint="Open the book under the approver's own e-mail address.",
        )


def refuse_other_hash(what: str, given: str, run: Run, expected: str) -> None:
    """Refuse a content or an audience that is not the run's.

    Raises:
        Refused: the hashes differ.
    """
    if given != expected:
        raise Refused(
            f"The {what} is not the one that run {run.id} was {'approved' if run.approver else 'prepared'} with.",
            rule=f"runs.{what}",
            subject=f"run {run.id}",
            field=f"{what}_hash",
            value=given,
            hint="Cancel the run and prepare it anew.",
        )


def refuse_other_count(session: Session, run: Run, count: int | None) -> None:
    """Refuse a count that is not how many accounts the run enrols.

    Raises:
        Refused: the counts differ; both are named.
    """
    enrolled = enrolled_count(session, run) if run.ceiling is None else run.ceiling
    if count != enrolled:
        period = f" in {run.period_days} days at the most" if run.standing else ""
        raise Refused(
            f"Run {run.id} enrols {enrolled} accounts{period}, not {count}.",
            rule="runs.count",
            subject=f"run {run.id}",
            field="count",
            value=count,
            hint="Look at the audience again, and approve what you see.",
        )


def refuse_engaged(session: Session, run: Run) -> None:
    """Refuse a run if a campaign has become busy with one of its corporate groups since it was prepared.

    Raises:
        Refused: saying with how many.
    """
    ours = select(Enrolment.group_id).where(
        Enrolment.run_id == run.id, Enrolment.state == EnrolmentState.ENROLLED
    )
    busy = len(set(session.exec(engaged_groups().where(col(Enrolment.group_id).in_(ours)))))
    if busy:
        raise Refused(
            f"Another campaign has become busy with {busy} of the corporate groups in run {run.id}.",
            rule="runs.one_campaign_per_group",
            subject=f"run {run.id}",
            hint="Cancel the run and prepare it anew: it will leave them out.",
        )


def ends_with_an_answer(session: Session, enrolment_id: int) -> bool:
    """Whether an answer ends the journey of an enrolled account: whether it is among the exits of its campaign."""
    return session.exec(
        select(col(Run.content)["exits"].contains([Leave.ANSWERED]))
        .join(Enrolment, col(Enrolment.run_id) == col(Run.id))
        .where(Enrolment.id == enrolment_id)
    ).one()


def engaged_groups() -> SelectOfScalar[int]:
    """The corporate groups with an account under way in a run that is approved, running or paused."""
    return (
        select(Enrolment.group_id)
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .where(Enrolment.state == EnrolmentState.ENROLLED, col(Run.status).in_(ENGAGED))
    )


def over() -> SelectOfScalar[Run]:
    """The running runs in which no account is under way and no letter unsettled, and which nobody enters any more."""
    under_way = exists().where(
        col(Enrolment.run_id) == col(Run.id),
        col(Enrolment.state).in_((EnrolmentState.ENROLLED, EnrolmentState.AWAITING)),
    )
    unsettled = exists().where(col(Letter.run_id) == col(Run.id), col(Letter.status).not_in(SETTLED))
    closed = col(Run.ceiling).is_(None) | col(Run.succeeded_by_id).is_not(None)
    return (
        select(Run)
        .where(Run.status == RunStatus.RUNNING, closed, ~under_way, ~unsettled)
        .order_by(col(Run.id))
    )
