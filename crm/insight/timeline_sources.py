"""What the directory, membership and engagement have to say to a timeline."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, String, case, cast, func, or_, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.merged import stands
from crm.directory.people import Person, Position
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction, InteractionPerson
from crm.engagement.participation import Participation
from crm.insight.happening import HappeningKind, Scope, Source, lines_of, midnight
from crm.insight.merge_tables import MergedKind, MergeEntry
from crm.membership.ledger import MembershipEvent
from crm.membership.standing import StandingRecord
from crm.store.trail import TrailChange, TrailEntry

_LONGEST = 200

Lines = Select[*tuple[Any, ...]]


def interactions_about(scope: Scope) -> ColumnElement[Any]:
    """The interactions of a scope: those of its accounts and people, and those that its accounts' people had elsewhere."""
    own = select(col(Interaction.id)).where(scope.account(col(Interaction.organization_id)))
    took_part = select(col(InteractionPerson.interaction_id)).where(scope.person(col(InteractionPerson.person_id)))
    on = cast(func.timezone("UTC", col(Interaction.at)), midnight_type())
    elsewhere = (
        select(col(Interaction.id))
        .join(InteractionPerson, col(InteractionPerson.interaction_id) == col(Interaction.id))
        .join(Position, col(Position.person_id) == col(InteractionPerson.person_id))
        .where(scope.account(col(Position.organization_id)))
    )
    return union(own, took_part, elsewhere)
