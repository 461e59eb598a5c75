"""What outreach has to say to a clearance: letters that wait to be approved, and the campaigns an account is in."""

from sqlalchemy import func
from sqlmodel import col

from crm.directory.staff import Staff
from crm.insight.clearance_sources import Asked, ClearanceSource, Lines, day_of_instant, grounds_of
from crm.insight.timeline_sources import in_a_line
from crm.outreach.draft_tables import LetterDraft, waits
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run
from crm.outreach.runs.rules import ENGAGED
from crm.reference.clearance_rule import ClearanceReason


def _drafts(asked: Asked) -> Lines:
    return (
        grounds_of(
            LetterDraft,
            organization_id=col(LetterDraft.organization_id),
            office=col(Staff.office),
            on=day_of_instant(col(LetterDraft.drafted_at)),
            subject=col(LetterDraft.subject),
        )
        .join(Staff, col(Staff.id) == col(LetterDraft.author_id))
        .where(asked.account(col(LetterDraft.organization_id)))
        .where(waits())
    )


def _runs(asked: Asked) -> Lines:
    """The engaged runs that enrol an account, in either arm: whoever is held out is told no differently."""
    return (
        grounds_of(
            Run,
            organization_id=col(Enrolment.organization_id),
            office=col(Staff.office),
            on=day_of_instant(func.coalesce(col(Run.launched_at), col(Run.approved_at))),
            title=col(Run.title),
        )
        .join(Enrolment, col(Enrolment.run_id) == col(Run.id))
        .outerjoin(Staff, col(Staff.email) == func.lower(col(Run.author)))
        .where(asked.account(col(Enrolment.organization_id)), col(Run.status).in_(ENGAGED))
        .where(col(Enrolment.state) == EnrolmentState.ENROLLED)
    )


SOURCES = (
    ClearanceSource(
        ClearanceReason.OPEN_ASK,
        LetterDraft,
        _drafts,
        lambda line: f"a letter waits for approval: {in_a_line(line.subject)}",
    ),
    ClearanceSource(ClearanceReason.IN_CAMPAIGN, Run, _runs, lambda line: line.title),
)
"""What is known from the mail on."""
