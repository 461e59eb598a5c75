"""What is recorded of a membership only where somebody says why: a class that is too low, a study group that is gone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.directory.tables import Organization
from crm.errors import Refused
from crm.membership.fee_status import fee_statuses
from crm.membership.pricing import Holding
from crm.membership.proposals.lowest_class import refuse_too_low
from crm.reference.fee_schedule import fee_schedule
from crm.reference.study_groups import StudyGroup


def refuse_unexplained(
    session: Session,
    row: Organization,
    event: Mapping[str, Any],
    group: StudyGroup | None,
    *,
    explained_by: str = "reason",
) -> None:
    """Refuse an event without a reason that needs one.

    Args:
        session: of the verb.
        row: the member.
        event: what is recorded.
        group: the study group that an Associate has selected.
        explained_by: how the verb is told why.

    Raises:
        Refused: the class is below the lowest of its Sector, or the study group does not exist on the day.
    """
    _refuse_too_low(session, row, event, explained_by)
    _refuse_gone(group, event["effective_on"], explained_by)


def _refuse_gone(group: StudyGroup | None, on: date, explained_by: str) -> None:
    """Refuse a study group that does not exist on the day where nobody has said why."""
    if group is not None and (absence := group.absence_on(on)):
        raise Refused(
            absence,
            rule="terms.study_group",
            field="study_group",
            value=group.code,
            candidates=[group.succeeded_by] if group.succeeded_by else (),
            hint=f"Name one of that day, or say why it is this one: {explained_by}=…",
        )


def _refuse_too_low(session: Session, row: Organization, event: Mapping[str, Any], explained_by: str) -> None:
    """Refuse a class that is below the lowest of its Sector where nobody has said why."""
    on, units = event["effective_on"], event["units"]
    if units is None:
        return
    status = fee_statuses(session, [row.id], on=on)[row.id]
    wished = Holding(
        event["coverage"], event["category"], units, status.development, headquarters=status.headquarters
    )
    refuse_too_low(fee_schedule(session), wished, on=on, explained_by=explained_by)
