"""How a new version of a standing campaign takes over the accounts of an earlier one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlmodel import Session, col

from crm.errors import Refused
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus
from crm.outreach.runs.audience import enrolled_count, not_let_in
from crm.reference.languages import Language
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class TakenOver(Shown):
    """What came of a new version taking over.

    Attributes:
        moved: so many go on in the new version.
        staying: so many go on in the earlier one, as they were approved: they stand at no wait that both versions have, the
            new one has no letters in their language, or it writes to their account or its contact already.
        dropped: so many awaited an approval and cannot follow.
    """

    moved: int
    staying: int
    dropped: int

    def __str__(self) -> str:
        return f"{self.moved} taken over, {self.staying} go on in the earlier version, {self.dropped} no longer await an approval"


def succeed(
    session: Session, new: Run, old: Run, *, steps: Collection[str], languages: Collection[Language]
) -> TakenOver:
    """Move those whom the new version can write to out of an earlier one, which nobody enters any more.

    Args:
        session: the session of the verb, which has locked both.
        new: the new version.
        old: the earlier one.
        steps: the waits that both have.
        languages: those in which the new version has all its letters.

    Raises:
        Refused: the two are no versions of one standing campaign, or the new one does not run.
    """
    _refuse_strangers(new, old)
    old.amend({"succeeded_by_id": new.id})
    awaits = col(Enrolment.state) == EnrolmentState.AWAITING
    at_a_wait = (col(Enrolment.state) == EnrolmentState.ENROLLED) & col(Enrolment.step).in_(steps)
    follow = (awaits | at_a_wait, *_can_write_to(new, languages))
    here = func.coalesce(col(Enrolment.entered_run_id), col(Enrolment.run_id))
    entered = case((~awaits, here), else_=None)
    moved = _counted(session, old, follow, {"run_id": new.id, "entered_run_id": entered})
    dropped = _counted(session, old, (awaits,), not_let_in(Reason.TAKEN_OVER))
    return TakenOver(moved, enrolled_count(session, old), dropped)


def _can_write_to(new: Run, languages: Collection[Language]) -> tuple[ColumnElement[bool], ...]:
    """Whom a new version can write to: in a language that it has, and neither them nor their account already."""
    there = (col(Enrolment.run_id) == new.id) & (col(Enrolment.state) != EnrolmentState.LEFT_OUT)
    accounts, people = (
        select(column).where(there) for column in (col(Enrolment.organization_id), col(Enrolment.person_id))
    )
    return (
        col(Enrolment.language).in_(languages),
        col(Enrolment.organization_id).not_in(accounts),
        col(Enrolment.person_id).not_in(people.where(col(Enrolment.person_id).is_not(None))),
    )


def _counted(
    session: Session, run: Run, which: Iterable[ColumnElement[bool]], values: Mapping[str, Any]
) -> int:
    """Change enrolments of a run, and say how many they were."""
    changed = update(Enrolment).where(col(Enrolment.run_id) == run.id, *which).values(**values)
    return len(session.scalars(changed.returning(col(Enrolment.id))).all())


def _refuse_strangers(new: Run, old: Run) -> None:
    versions = new.standing and old.standing and new.campaign == old.campaign and new.id != old.id
    if not versions or new.status is not RunStatus.RUNNING or old.succeeded_by_id is not None:
        raise Refused(
            f"Run {new.id} cannot take over from run {old.id}.",
            rule="entries.versions",
            subject=f"run {new.id}",
            hint="Both are versions of one standing campaign, the new one running, the old one not yet taken over.",
        )
