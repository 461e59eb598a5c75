"""When a run has reached its goal with an account."""

from sqlalchemy import ColumnElement, Date, cast, exists, func
from sqlmodel import col

from crm.membership.ledger import MembershipEvent, Term
from crm.membership.terms import EventKind
from crm.outreach.run_tables import Enrolment, Run
from crm.reference.categories import Category


def upgraded() -> ColumnElement[bool]:
    """Whether an enrolled account has become a full member of its Sector since the launch; for queries over both.

    The upgrade must have been recorded after the launch and take effect no earlier: what was decided before is not
    the run's doing. One that takes effect next year counts from the day on which it is recorded.
    """
    launched_on = cast(func.timezone("UTC", col(Run.launched_at)), Date)
    return (
        exists()
        .where(
            col(Term.organization_id) == col(Enrolment.organization_id),
            col(Term.coverage) == col(Enrolment.facts)["coverage"].astext,
            col(Term.opened_by) == EventKind.UPGRADE,
            col(Term.category) == Category.SECTOR_MEMBER,
            col(Term.since_on) >= launched_on,
            col(MembershipEvent.id) == col(Term.id),  # a term has the id of the event that opened it
            col(MembershipEvent.recorded_at) >= col(Run.launched_at),
        )
        .correlate(Enrolment, Run)
    )
