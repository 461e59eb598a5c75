"""Accounts that go cold: no touch for longer than their tier allows (`crm/insight/touches.py` says what a touch is)."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlmodel import col

from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope
from crm.insight.touches import TouchSource, last_touch, owned_since
from crm.membership.ledger_tables import Term, running
from crm.reference.tiers import Tier


def kept(scope: AttentionScope) -> ColumnElement[bool]:
    """Whether somebody has undertaken to keep in touch with an organisation; for queries.

    So it is for what has an account manager or a tier of its own, and for every member: one that nobody looks after
    is the first to be lost.
    """
    member = exists().where(col(Term.organization_id) == col(Organization.id), running(scope.on))
    looked_after = or_(col(Organization.owner_id).is_not(None), col(Organization.tier).is_not(None), member)
    return scope.accounts() & (looked_after if scope.staff is None else true())


def without_touch(scope: AttentionScope) -> Select[*tuple[Any, ...]]:
    """The accounts that are beyond the ideal days of their tier, with their last touch: a statement."""
    accounts, counts_from = _with_touch(scope.touches)
    counted = accounts.add_columns(scope.day(counts_from).label("since_on")).where(kept(scope)).subquery()
    days = scope.on - counted.c.since_on
    return select(counted, days.label("days")).where(days > counted.c.ideal_days)


@cache  # what is the same for whoever asks takes half of the time that the answer does
def _with_touch(
    sources: tuple[TouchSource, ...],
) -> tuple[Select[*tuple[Any, ...]], ColumnElement[datetime]]:
    """All accounts with their tier and last touch, and the instant from which the days count."""
    touch = last_touch(sources)
    owned = owned_since(touch)
    counts_from = func.coalesce(touch.c.at, owned.c.at, col(Organization.created_at))
    default = select(col(Tier.slug)).where(col(Tier.is_default), col(Tier.retired_on).is_(None)).limit(1)
    tier = col(Tier.slug) == func.coalesce(col(Organization.tier), default.scalar_subquery())
    accounts = (
        select(
            col(Organization.id).label("organization_id"),
            col(Organization.owner_id),
            col(Tier.name).label("tier"),
            col(Organization.tier).is_(None).label("by_default"),
            col(Tier.ideal_days),
            col(Tier.most_days),
            touch.c.kind,
            touch.c.office,
            touch.c.record,
        )
        .join_from(Organization, Tier, tier)
        .outerjoin(touch, true())
        .outerjoin(owned, true())
    )
    return accounts, counts_from
