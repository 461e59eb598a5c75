"""Applications for membership that wait: for us at once, for others once they have waited for longer than is usual."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import NeedReason, Sign, in_days
from crm.membership.joining.application import in_words, party_in_words
from crm.membership.joining.application_steps import Party, waits_for
from crm.membership.joining.application_tables import ApplicationRecord
from crm.reference.country import Country


def _waiting(scope: AttentionScope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(ApplicationRecord.id),
            col(ApplicationRecord.organization_id),
            col(Organization.owner_id),
            col(ApplicationRecord.category),
            col(ApplicationRecord.coverage),
            col(ApplicationRecord.status),
            col(ApplicationRecord.state),
            col(Country.name_en).label("state_name"),
            col(ApplicationRecord.since_on),
        )
        .join(Organization, col(Organization.id) == col(ApplicationRecord.organization_id))
        .outerjoin(Country, col(Country.code) == col(ApplicationRecord.state))
        .where(scope.owes(col(Organization.owner_id)), scope.place())
        .where(col(ApplicationRecord.closed_on).is_(None), col(ApplicationRecord.since_on) <= scope.on)
    )


def _told(row: Any, scope: AttentionScope) -> Sign | None:
    party = waits_for(row.status, direct=row.state is None)
    if party is None or party not in scope.patience:
        return None
    days, due_on = (scope.on - row.since_on).days, row.since_on + timedelta(days=scope.patience[party])
    if party is not Party.US and scope.on <= due_on:
        return None
    what, whom = in_words(row.category, row.coverage), party_in_words(party, row.state_name)
    since = f"for {in_days(days)}" if days else "since today"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.APPLICATION,
        words=f"Application ({what}) waits for {whom} {since}",
        refers_to=f"application:{row.id}",
        since_on=row.since_on,
        due_on=due_on,
    )


SOURCES = (Source(frozenset({NeedReason.APPLICATION}), _waiting, _told),)
