"""The accounts of a run by name: who is in it, who is left out or awaits an approval, and why."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.outreach.reasons import Leave, Reason
from crm.outreach.run_tables import Arm, Enrolment, EnrolmentState, Run, reason_of
from crm.reference.languages import Language
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class RunAccount(Shown):
    """An account in the audience of a run, as it was frozen.

    Attributes:
        contact: whom the letters go to; None for an account that is left out before anybody was chosen.
        state: where it stands in the run.
        step: the step to take next.
        reason: why it was left out, or left its journey.
        why: in a sentence, what spoke for the account, or the particulars of the reason.
    """

    organization_id: int
    account: str
    country: str | None
    contact: str | None
    language: Language | None
    arm: Arm | None
    state: EnrolmentState
    step: str | None
    reason: Reason | Leave | None
    why: str


def accounts_of(session: Session, run: Run, *, state: EnrolmentState | None = None) -> tuple[RunAccount, ...]:
    """The accounts of a run, or those in a state, by name."""
    query = _query(run) if state is None else _query(run).where(col(Enrolment.state) == state)
    return tuple(_account(row) for row in session.execute(query))


def _account(row: Any) -> RunAccount:
    return RunAccount(**row._asdict() | {"reason": reason_of(row.state, row.reason)})


def _query(run: Run) -> Select[Any]:
    return (
        select(
            col(Organization.id).label("organization_id"),
            col(Organization.name).label("account"),
            col(Organization.country),
            col(Person.name).label("contact"),
            col(Enrolment.language),
            col(Enrolment.arm),
            col(Enrolment.state),
            col(Enrolment.step),
            col(Enrolment.reason),
            col(Enrolment.facts)["why"].astext.label("why"),
        )
        .join(Organization, col(Organization.id) == col(Enrolment.organization_id))
        .outerjoin(Person, col(Person.id) == col(Enrolment.person_id))
        .where(col(Enrolment.run_id) == run.id)
        .order_by(col(Organization.name), col(Organization.id), col(Enrolment.rotation))
    )
