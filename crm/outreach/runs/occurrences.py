"""What happens to accounts, for campaigns that an account enters when something happens to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import StandingRecord
from crm.membership.dues.dues_tables import Payment
from crm.membership.ledger_tables import MembershipEvent, withdrawn
from crm.membership.terms import OPENING, EventKind
from crm.outreach.entry import Occurrence
from crm.reference.opportunity_stages import Outcome


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
        numbers = session.scalars(query.where(at > since, at <= until).distinct().order_by(account)).all()
        changed = _standing_changed(since, until) if occurrence is Occurrence.STANDING_RECORDED else None
        for number in (*numbers, *(() if changed is None else session.scalars(changed))):
            found.setdefault(number, occurrence)
    return found


def _standing_changed(since: datetime, until: datetime) -> Select[int]:
    """The accounts that stand otherwise than before from a day on that has come, or by a payment entered since."""
    span, before = aliased(AccountStanding), aliased(AccountStanding)
    earlier = (
        col(before.organization_id) == col(span.organization_id),
        col(before.since_on) < col(span.since_on),
    )
    former = select(col(before.standing)).where(*earlier).order_by(col(before.since_on).desc()).limit(1)
    entered = exists().where(
        col(Payment.organization_id) == col(span.organization_id),
        col(Payment.recorded_at) > since,
        col(Payment.recorded_at) <= until,
        col(Payment.received_on) <= col(span.since_on),
    )
    return (
        select(col(span.organization_id))
        .where(col(span.since_on) <= until.date(), or_(col(span.since_on) >= since.date(), entered))
        .where(former.scalar_subquery() != col(span.standing))
        .distinct()
        .order_by(col(span.organization_id))
    )


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
        ~withdrawn(),
    ),
    Occurrence.INTERACTION_LOGGED: (Interaction, col(Interaction.logged_at)),
    Occurrence.STANDING_RECORDED: (StandingRecord, col(StandingRecord.recorded_at)),
    Occurrence.OPPORTUNITY_LOST: (
        Opportunity,
        col(Opportunity.closed_at),
        col(Opportunity.outcome) == Outcome.LOST,
    ),
}
