"""What came from an account: an answer to our letter or in another way, whoever of them it was; or a complaint."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select
from sqlmodel import col

from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.complaints import Complaint
from crm.engagement.interactions import Interaction, InteractionKind
from crm.insight.clearance_tables import overridden
from crm.outreach.run_tables import Enrolment, Run, begun_at
from crm.reference.clearance_rule import ClearanceReason

COMING_TO_US = (InteractionKind.EMAIL, InteractionKind.CALL, InteractionKind.MEETING)
"""What counts as an answer where they began it; at an event one meets everybody, and a note is our own."""


def answered() -> ColumnElement[bool]:
    """Whether an enrolled account has answered since the launch; for queries over enrolments and their runs."""
    return answered_at().is_not(None)


def answered_at() -> ColumnElement[datetime]:
    """When an enrolled account first answered; empty where it has not; for queries over enrolments and their runs.

    A reply to one of our letters counts, whichever address it came from; so does an e-mail, a call or a meeting that
    they began after the launch, logged by anybody, with anybody at the account or in its corporate group.
    """
    return func.least(col(Enrolment.answered_at), _came_to_us_at())


def complaining(on: date) -> ColumnElement[bool]:
    """Whether a complaint of an enrolled account, or of the person written to, is open; for queries over enrolments and runs.

    One that the office of whoever prepared the run has overridden in a clearance counts no more here than there.
    """
    office = select(col(Staff.office)).where(col(Staff.email) == func.lower(col(Run.author)))
    theirs = col(Enrolment.organization_id)
    known = overridden(
        ClearanceReason.COMPLAINT,
        organization_id=theirs,
        office=office.correlate(Run).scalar_subquery(),
        on=on,
    )
    return ~known & exists().where(
        or_(
            col(Complaint.organization_id) == col(Enrolment.organization_id),
            col(Complaint.person_id) == col(Enrolment.person_id),
        ),
        col(Complaint.resolved_at).is_(None),
    )


def _came_to_us_at() -> ScalarSelect[datetime]:
    return (
        select(func.min(col(Interaction.at)))
        .where(
            or_(
                col(Organization.id) == col(Enrolment.organization_id),
                col(Organization.id) == col(Enrolment.group_id),
                col(Organization.group_id) == col(Enrolment.group_id),
            ),
            col(Interaction.organization_id) == col(Organization.id),
            col(Interaction.at) >= begun_at(),
            col(Interaction.inbound).is_(True),
            col(Interaction.kind).in_(COMING_TO_US),
        )
        .correlate(Enrolment, Run)
        .scalar_subquery()
    )
