"""Whether an account has answered: to our letter, or by coming to us in another way, whoever of them it was."""

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col

from crm.directory.tables import Organization
from crm.engagement.interactions import Interaction, InteractionKind
from crm.outreach.run_tables import Enrolment, Run

COMING_TO_US = (InteractionKind.EMAIL, InteractionKind.CALL, InteractionKind.MEETING)
"""What counts as an answer where they began it; at an event one meets everybody, and a note is our own."""


def answered() -> ColumnElement[bool]:
    """Whether an enrolled account has answered since the launch; for queries over enrolments and their runs.

    A reply to one of our letters counts, whichever address it came from; so does an e-mail, a call or a meeting that
    they began after the launch, logged by anybody, with anybody at the account or in its corporate group.
    """
    return or_(col(Enrolment.answered_at).is_not(None), came_to_us())


def came_to_us() -> ColumnElement[bool]:
    """Whether somebody of an enrolled account or of its corporate group has come to us since the launch."""
    return (
        exists()
        .where(
            or_(
                col(Organization.id) == col(Enrolment.organization_id),
                col(Organization.id) == col(Enrolment.group_id),
                col(Organization.group_id) == col(Enrolment.group_id),
            ),
            col(Interaction.organization_id) == col(Organization.id),
            col(Interaction.at) >= col(Run.launched_at),
            col(Interaction.inbound).is_(True),
            col(Interaction.kind).in_(COMING_TO_US),
        )
        .correlate(Enrolment, Run)
    )
