"""What the directory, membership and engagement have to say to a timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.merged import stands
from crm.directory.people import Person, Position, held_on
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction, InteractionPerson
from crm.engagement.opportunity_tables import MoveKind, Opportunity, OpportunityMove, OpportunityNote
from crm.engagement.participation import Participation
from crm.insight.happening import HappeningKind, Scope, Source, any_of, given_by, lines_of, midnight
from crm.insight.merge_tables import MergedKind, MergeEntry
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import StandingRecord
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import MembershipEvent
from crm.reference.opportunity_stages import OpportunityStage
from crm.store.trail import TrailChange, TrailEntry

Lines = Select[*tuple[Any, ...]]
_LONGEST = 200


def in_a_line(text: str) -> str:
    """A text in one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def interactions_of(scope: Scope) -> CompoundSelect[*tuple[Any, ...]]:
    """The interactions of a scope: under its accounts, with its people, and with those who worked for its accounts then."""
    under = select(col(Interaction.id)).where(scope.account(col(Interaction.organization_id)))
    return union(under, _with_people_of(scope))


def _with_people_of(scope: Scope) -> CompoundSelect[*tuple[Any, ...]]:
    """Those with its people, and with those who worked for its accounts then."""
    took_part = select(col(InteractionPerson.interaction_id)).where(
        scope.person(col(InteractionPerson.person_id))
    )
    day = cast(func.timezone("UTC", col(Interaction.at)), Date)
    elsewhere = (
        select(col(Interaction.id))
        .join(InteractionPerson, col(InteractionPerson.interaction_id) == col(Interaction.id))
        .join(Position, col(Position.person_id) == col(InteractionPerson.person_id))
        .where(scope.account(col(Position.organization_id)), held_on(day))
    )
    return union(took_part, elsewhere)


def _interactions(scope: Scope) -> Lines:
    lines = lines_of(
        Interaction,
        at=col(Interaction.at),
        organization_id=col(Interaction.organization_id),
        people=_took_part(col(Interaction.id)),
        office=col(Interaction.office),
        what=col(Interaction.kind),
        inbound=col(Interaction.inbound),
        summary=col(Interaction.summary),
    )
    under = scope.account(col(Interaction.organization_id))
    return lines.where(or_(under, given_by(col(Interaction.id), _with_people_of(scope))))


def _follow_ups(scope: Scope, at: Any) -> Lines:
    lines = lines_of(
        FollowUp,
        at=at,
        organization_id=col(FollowUp.organization_id),
        people=_took_part(col(FollowUp.interaction_id)),
        office=col(Staff.office),
        what=col(FollowUp.what),
        due_on=col(FollowUp.due_on),
        outcome=col(FollowUp.outcome),
    )
    about = or_(
        scope.account(col(FollowUp.organization_id)),
        given_by(col(FollowUp.interaction_id), _with_people_of(scope)),
    )
    return lines.outerjoin(Staff, col(Staff.id) == col(FollowUp.owner_id)).where(about)


def planned_at() -> ColumnElement[datetime]:
    """When a follow-up was planned, which the trail alone knows; else its day, or when it was done; for queries."""
    name = func.concat("follow_up:", cast(col(FollowUp.id), String))
    planned = (
        select(func.min(col(TrailEntry.at)))
        .join(TrailChange, col(TrailChange.entry_id) == col(TrailEntry.id))
        .where(col(TrailChange.record) == name)
        .correlate(FollowUp)
        .scalar_subquery()
    )
    return func.coalesce(planned, midnight(col(FollowUp.due_on)), col(FollowUp.done_at))


def _planned(scope: Scope) -> Lines:
    return _follow_ups(scope, planned_at())


def _done(scope: Scope) -> Lines:
    return _follow_ups(scope, col(FollowUp.done_at)).where(col(FollowUp.done_at).is_not(None))


def of_account(scope: Scope, record: Any, day: Any, **told: Any) -> Lines:
    """Begin the statement of what is on record under an account, at a day of its own."""
    account = col(record.organization_id)
    lines = lines_of(record, at=midnight(col(day)), organization_id=account, **told)
    return lines.where(scope.account(account))


def _membership(scope: Scope) -> Lines:
    return of_account(
        scope,
        MembershipEvent,
        MembershipEvent.effective_on,
        what=col(MembershipEvent.kind),
        category=col(MembershipEvent.category),
        coverage=col(MembershipEvent.coverage),
        reason=col(MembershipEvent.reason),
    )


def _standings(scope: Scope) -> Lines:
    lines = lines_of(
        StandingRecord,
        at=midnight(col(StandingRecord.as_of)),
        organization_id=col(StandingRecord.organization_id),
        standing=col(StandingRecord.standing),
        source=col(StandingRecord.source),
        counts=col(AccountStanding.standing),
        why=col(AccountStanding.why),
    )
    same_day = (col(AccountStanding.organization_id) == col(Organization.id)) & standing_on(
        col(StandingRecord.as_of)
    )
    return lines.outerjoin(AccountStanding, same_day).where(
        scope.account(col(StandingRecord.organization_id))
    )


def _participation(scope: Scope) -> Lines:
    return of_account(
        scope,
        Participation,
        Participation.on,
        what=col(Participation.kind),
        study_group=col(Participation.study_group),
    )


def _opportunities(scope: Scope) -> Lines:
    day = cast(func.timezone("UTC", col(OpportunityMove.at)), Date)
    lines = lines_of(
        Opportunity,
        number=col(OpportunityMove.id),
        # What was won or lost on a day before it was written down stands at that day.
        at=case(
            (col(OpportunityMove.on) < day, midnight(col(OpportunityMove.on))), else_=col(OpportunityMove.at)
        ),
        organization_id=col(Opportunity.organization_id),
        office=col(Opportunity.office),
        what=col(OpportunityMove.kind),
        ask=col(Opportunity.title),
        stage=col(OpportunityStage.name),
        note=col(OpportunityNote.text),
    )
    stage = and_(
        col(OpportunityStage.kind) == col(Opportunity.kind),
        col(OpportunityStage.stage) == col(OpportunityMove.to_stage),
    )
    return (
        lines.join(OpportunityMove, col(OpportunityMove.opportunity_id) == col(Opportunity.id))
        .join(OpportunityStage, stage)
        .outerjoin(OpportunityNote, col(OpportunityNote.move_id) == col(OpportunityMove.id))
        .where(
            scope.account(col(Opportunity.organization_id)),
            col(OpportunityMove.kind) != MoveKind.CHANGED,
        )
    )


def _merges(scope: Scope) -> Lines:
    account, person = aliased(Organization), aliased(Person)
    of_accounts = col(MergeEntry.kind) == MergedKind.ORGANIZATION
    about = [condition(column) for condition in (scope.account, scope.person) for column in _both_sides()]
    return (
        lines_of(
            MergeEntry,
            at=col(MergeEntry.merged_at),
            organization_id=case((of_accounts, col(MergeEntry.keeper_id))),
            duplicate=func.coalesce(col(account.name), col(person.name)),
            reason=col(MergeEntry.reason),
            undone_at=col(MergeEntry.undone_at),
        )
        .outerjoin(account, col(account.id) == col(MergeEntry.duplicate_id))
        .outerjoin(person, col(person.id) == col(MergeEntry.duplicate_id))
        .where(any_of(MergeEntry, *about))
    )


def _both_sides() -> tuple[Any, Any]:
    return col(MergeEntry.keeper_id), col(MergeEntry.duplicate_id)


def _took_part(interaction_id: Any) -> Any:
    names = func.array_agg(aggregate_order_by(col(Person.name), col(Person.id)))
    return (
        select(names)
        .join(InteractionPerson, col(InteractionPerson.person_id) == col(Person.id))
        .where(col(InteractionPerson.interaction_id) == interaction_id, stands(Person))
        .correlate(Interaction, FollowUp)
        .scalar_subquery()
    )


def _told_interaction(line: Any) -> str:
    came = " from them" if line.inbound else ""
    return f"{line.what.capitalize()}{came}: {in_a_line(line.summary)}"


def _told_plan(line: Any) -> str:
    return f"Planned{f' for {line.due_on:%-d %B %Y}' if line.due_on else ''}: {line.what}"


def _told_done(line: Any) -> str:
    return f"Done: {line.what}{f': {in_a_line(line.outcome)}' if line.outcome else ''}"


def _told_standing(line: Any) -> str:
    said = f"Standing: {line.standing.replace('_', ' ')}, says {line.source}"
    if line.counts in (None, line.standing):
        return said
    return f"{said}; what counts is {line.counts.replace('_', ' ')}: {line.why}"


def _told_membership(line: Any) -> str:
    category = line.category.replace("_", " ")
    what = f"{line.what.replace('_', ' ').capitalize()}, {category} in ITU-{'/'.join(line.coverage)}"
    return f"{what}: {in_a_line(line.reason)}" if line.reason else what


def _told_opportunity(line: Any) -> str:
    moved = f"Moved to {line.stage}" if line.what is MoveKind.MOVED else line.what.capitalize()
    return f"{moved}: {line.ask}{f': {in_a_line(line.note)}' if line.note else ''}"


def _told_merge(line: Any) -> str:
    undone = f" (undone on {line.undone_at:%-d %B %Y})" if line.undone_at else ""
    return f"Merged with the duplicate {line.duplicate}: {in_a_line(line.reason)}{undone}"


SOURCES = (
    Source(
        HappeningKind.INTERACTION, Interaction, _interactions, _told_interaction, {"interaction": "number"}
    ),
    Source(HappeningKind.FOLLOW_UP, FollowUp, _planned, _told_plan, {"follow_up": "number"}),
    Source(HappeningKind.FOLLOW_UP, FollowUp, _done, _told_done, {"follow_up": "number"}),
    Source(HappeningKind.MEMBERSHIP, MembershipEvent, _membership, _told_membership),
    Source(HappeningKind.STANDING, StandingRecord, _standings, _told_standing),
    Source(
        HappeningKind.PARTICIPATION,
        Participation,
        _participation,
        lambda line: f"{line.what.capitalize()}: {line.study_group}",
    ),
    Source(
        HappeningKind.OPPORTUNITY,
        Opportunity,
        _opportunities,
        _told_opportunity,
        {"opportunity": "record_id", "opportunity_note": "number"},
    ),
    Source(HappeningKind.MERGE, MergeEntry, _merges, _told_merge),
)
"""What is known below the mail."""
