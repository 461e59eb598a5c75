"""What happens to accounts, for campaigns that an account enters when something happens to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity
from crm.membership.contract.standing import StandingRecord
from crm.membership.ledger_tables import MembershipEvent
from crm.membership.terms import OPENING, EventKind
from crm.reference.opportunity_stages import Outcome


class Occurrence(StrEnum):
    """Something that happens to an account; what counts is when it was recorded."""

    TERM_STARTED = "term_started"
    MEMBERSHIP_DENOUNCED = "membership_denounced"
    INTERACTION_LOGGED = "interaction_logged"
    STANDING_RECORDED = "standing_recorded"
    OPPORTUNITY_LOST = "opportunity_lost"


def occurred(
    session: Session, wanted: Iterable[Occurrence], *, since: datetime, until: datetime
) -> dict[int, Occurrence]:
    """The accounts to which one of these happened, and which; by the account's id.

    Args:
        session: the session of the verb.
        wanted: what to look for.
        since: recorded after this instant.
        until: recorded at this instant at the latest.
    """
    found: dict[int, Occurrence] = {}
    for occurrence in wanted:
        account, at, query = _where(occurrence)
        for number in session.scalars(query.where(at > since, at <= until).distinct().order_by(account)):
            found.setdefault(number, occurrence)
    return found


def _where(occurrence: Occurrence) -> tuple[Any, Any, Select[*tuple[Any, ...]]]:
    """The account and the instant of an occurrence, and the statement that finds it."""
    table, at, *conditions = _PLACES[occurrence]
    account = col(table.organization_id)
    return account, at, select(account).where(*conditions)


_PLACES: Mapping[Occurrence, tuple[Any, ...]] = {
    Occurrence.TERM_STARTED: (
        MembershipEvent,
        col(MembershipEvent.recorded_at),
        col(MembershipEvent.kind).in_(OPENING),
    ),
    Occurrence.MEMBERSHIP_DENOUNCED: (
        MembershipEvent,
        col(MembershipEvent.recorded_at),
        col(MembershipEvent.kind) == EventKind.DENUNCIATION,
    ),
    Occurrence.INTERACTION_LOGGED: (Interaction, col(Interaction.logged_at)),
    Occurrence.STANDING_RECORDED: (StandingRecord, col(StandingRecord.recorded_at)),
    Occurrence.OPPORTUNITY_LOST: (
        Opportunity,
        col(Opportunity.closed_at),
        col(Opportunity.outcome) == Outcome.LOST,
    ),
}
