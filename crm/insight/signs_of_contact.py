"""What contact with accounts has to say to an attention list: next steps, replies that wait, and accounts gone quiet."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, true, union
from sqlmodel import col

from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.cadence import without_touch
from crm.insight.need import NeedReason, Sign, in_days
from crm.insight.timeline_sources import in_a_line
from crm.insight.touches import UNTIL, TouchSource, last_touch, noticed

Lines = Select[*tuple[Any, ...]]


def _steps(scope: AttentionScope) -> Lines:
    return (
        select(
            col(FollowUp.id),
            col(FollowUp.organization_id),
            func.coalesce(col(FollowUp.owner_id), col(Organization.owner_id)).label("owner_id"),
            col(FollowUp.what),
            col(FollowUp.due_on),
            col(FollowUp.interaction_id),
        )
        .join(Organization, col(Organization.id) == col(FollowUp.organization_id))
        .where(col(FollowUp.done_at).is_(None), col(FollowUp.due_on) <= scope.on)
        .where(_owed(scope), scope.place())
    )


def _owed(scope: AttentionScope) -> ColumnElement[bool]:
    """Whether a next step is owed by the staff who are asked about, or by nobody and concerns an account of theirs."""
    if scope.staff is None:
        return true()
    owed = select(col(FollowUp.id)).where(scope.owes(col(FollowUp.owner_id)))
    nobodys = (
        select(col(FollowUp.id))
        .join(Organization, col(Organization.id) == col(FollowUp.organization_id))
        .where(col(FollowUp.owner_id).is_(None), scope.owes(col(Organization.owner_id)))
    )
    still_open = col(FollowUp.done_at).is_(None)
    return col(FollowUp.id).in_(union(owed.where(still_open), nobodys.where(still_open)))


def _told_step(row: Any, scope: AttentionScope) -> Sign:
    late = (scope.on - row.due_on).days
    by = f"{in_days(late)} late" if late else "due today"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.OVERDUE if late else NeedReason.DUE,
        words=f"{in_a_line(row.what)}, {by}",
        refers_to=f"follow_up:{row.id}",
        due_on=row.due_on,
        about=row.interaction_id,
    )


def _told_cold(row: Any, _: AttentionScope) -> Sign:
    cold = row.days > row.most_days
    allowed = row.most_days if cold else row.ideal_days
    tier = f"{row.tier} tier{' by default' if row.by_default else ''}"
    office = f" with {row.office}" if row.office else ""
    ago = in_days(row.days)
    last = f"Last {row.kind}{office} {ago} ago" if row.kind else f"Never contacted, for {ago}"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.COLD if cold else NeedReason.GOING_COLD,
        words=f"{last}; {tier}: {allowed} days {'at the most' if cold else 'ideally'}",
        refers_to=row.record or f"organization:{row.organization_id}",
        since_on=row.since_on,
        due_on=row.since_on + timedelta(days=allowed),
    )


def _unanswered(scope: AttentionScope) -> Lines:
    waiting, came_at = _waiting(scope.touches)
    return waiting.add_columns(scope.day(came_at).label("since_on")).where(scope.accounts())


@cache  # as in `crm/insight/cadence.py`
def _waiting(sources: tuple[TouchSource, ...]) -> tuple[Lines, ColumnElement[datetime]]:
    """All accounts that wait for an answer, each with the first message since ours, and when it came."""
    ours = last_touch(sources, ours=True)
    done = (
        select(func.max(col(FollowUp.done_at)).label("at"))
        .where(col(FollowUp.organization_id) == col(Organization.id), col(FollowUp.done_at) < UNTIL)
        .correlate(Organization)
        .lateral("done")
    )
    answered = func.coalesce(func.greatest(ours.c.at, done.c.at), literal_column("timestamptz '-infinity'"))
    waiting = (
        select(col(Interaction.id), col(Interaction.at), col(Interaction.kind), col(Interaction.summary))
        .where(col(Interaction.organization_id) == col(Organization.id), noticed())
        .where(col(Interaction.inbound), col(Interaction.at) > answered, col(Interaction.at) < UNTIL)
        .order_by(col(Interaction.at), col(Interaction.id))
        .limit(1)
        .correlate(Organization, ours, done)
        .lateral("waiting")
    )
    accounts = (
        select(
            col(Organization.id).label("organization_id"),
            col(Organization.owner_id),
            waiting.c.id,
            waiting.c.kind,
            waiting.c.summary,
        )
        .select_from(Organization)
        .outerjoin(ours, true())
        .outerjoin(done, true())
        .join(waiting, true())
    )
    return accounts, waiting.c.at


def _told_unanswered(row: Any, scope: AttentionScope) -> Sign:
    ago = (scope.on - row.since_on).days
    when = f"{in_days(ago)} ago" if ago else "today"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.UNANSWERED,
        words=f"Waits for an answer to their {row.kind.value} of {when}: {in_a_line(row.summary)}",
        refers_to=f"interaction:{row.id}",
        since_on=row.since_on,
        about=row.id,
    )


SOURCES = (
    Source(frozenset({NeedReason.OVERDUE, NeedReason.DUE}), _steps, _told_step),
    Source(frozenset({NeedReason.UNANSWERED}), _unanswered, _told_unanswered),
    Source(frozenset({NeedReason.COLD, NeedReason.GOING_COLD}), without_touch, _told_cold),
)
