"""Where the texts stand that `book.search` looks through, and what is shown of each."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import col

from crm.directory.staff import Staff
from crm.engagement.complaints import Complaint
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity, OpportunityMove, OpportunityNote
from crm.insight.happening import lines_of
from crm.insight.timeline_sources import Lines, planned_at
from crm.store.records import Record


class FoundKind(StrEnum):
    """What was found."""

    INTERACTION = "interaction"
    FOLLOW_UP = "follow_up"
    OPPORTUNITY = "opportunity"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one table.

    Attributes:
        kind: what a reader takes them for.
        record: the table that holds the text.
        opens: the table that is shown for it; `record_id` of a line is its id, `number` that of the text.
        lines: the statement, begun with `lines_of`, with the texts as `text`.
    """

    kind: FoundKind
    record: type[Record]
    opens: type[Record]
    lines: Callable[[], Lines]


def _interactions() -> Lines:
    return lines_of(
        Interaction,
        at=col(Interaction.at),
        organization_id=col(Interaction.organization_id),
        office=col(Interaction.office),
        text=col(Interaction.summary),
    )


def _follow_ups() -> Lines:
    return lines_of(
        FollowUp,
        at=planned_at(),
        organization_id=col(FollowUp.organization_id),
        office=col(Staff.office),
        text=col(FollowUp.what) + "\n" + col(FollowUp.outcome),
    ).outerjoin(Staff, col(Staff.id) == col(FollowUp.owner_id))


def _opportunities() -> Lines:
    return _asks(col(Opportunity.id), col(Opportunity.opened_at), col(Opportunity.title))


def _notes() -> Lines:
    return (
        _asks(col(OpportunityMove.id), col(OpportunityMove.at), col(OpportunityNote.text))
        .join(OpportunityMove, col(OpportunityMove.opportunity_id) == col(Opportunity.id))
        .join(OpportunityNote, col(OpportunityNote.move_id) == col(OpportunityMove.id))
    )


def _complaints() -> Lines:
    return lines_of(
        Complaint,
        at=col(Complaint.recorded_at),
        organization_id=col(Complaint.organization_id),
        text=col(Complaint.what) + "\n" + col(Complaint.outcome),
    )


def _asks(number: Any, at: Any, text: Any) -> Lines:
    return lines_of(
        Opportunity,
        number=number,
        at=at,
        organization_id=col(Opportunity.organization_id),
        office=col(Opportunity.office),
        text=text,
    )


TEXTS = (
    Texts(FoundKind.INTERACTION, Interaction, Interaction, _interactions),
    Texts(FoundKind.FOLLOW_UP, FollowUp, FollowUp, _follow_ups),
    Texts(FoundKind.OPPORTUNITY, Opportunity, Opportunity, _opportunities),
    Texts(FoundKind.OPPORTUNITY, OpportunityNote, Opportunity, _notes),
    Texts(FoundKind.COMPLAINT, Complaint, Complaint, _complaints),
)
"""Every text that is looked for; a test compares it with the columns that say `prose`."""
