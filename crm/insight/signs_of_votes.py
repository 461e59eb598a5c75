"""Member States that have lost their vote by arrears, or will lose it soon if nothing is paid."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import NeedReason, Sign
from crm.membership.contributions.votes import Vote, votes_on

_AHEAD = timedelta(days=120)
"""So long before a State would lose its vote its account manager is told (our own choice)."""


def votes_at_stake(session: Session, day: date) -> Mapping[int, Vote]:
    """The votes that are lost on a day or will be soon, by the account of the State."""
    return {
        vote.organization_id: vote
        for vote in votes_on(session, day)
        if vote.organization_id and (vote.lost_since or (vote.lost_from and vote.lost_from <= day + _AHEAD))
    }


def _accounts(scope: AttentionScope) -> Select[*tuple[Any, ...]]:
    theirs = select(col(Organization.id), col(Organization.owner_id))
    return theirs.where(scope.accounts(), among(col(Organization.id), scope.votes))


def _told(row: Any, scope: AttentionScope) -> Sign:
    vote = scope.votes[row.id]
    by = f" by {vote.pay_by:%-d %B %Y}" if vote.pay_by else ""
    if vote.lost_since:
        what = f"No vote since {vote.lost_since:%-d %B %Y}: CHF {vote.to_pay:,.2f} paid{by} gives it back"
    else:
        what = f"Loses its vote on {vote.lost_from:%-d %B %Y} unless it pays CHF {vote.to_pay:,.2f}{by}"
    return Sign(
        organization_id=row.id,
        owner_id=row.owner_id,
        reason=NeedReason.VOTE,
        words=f"{what} (threshold {vote.certainty.value})",
        refers_to=f"organization:{row.id}",
        since_on=vote.lost_since,
        due_on=None if vote.lost_since else vote.pay_by,
    )


SOURCES = (Source(frozenset({NeedReason.VOTE}), _accounts, _told),)
