"""What has changed at accounts and calls for attention: memberships that end, new people, standings that are worse."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.merged import stands
from crm.directory.people import Person, Position, not_over
from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import NeedReason, Sign
from crm.insight.timeline_sources import in_a_line
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.ladder import CONTRACT
from crm.membership.contract.standing import is_worse
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import Term
from crm.membership.terms import EventKind
from crm.reference.senior_roles import is_senior

Lines = Select[*tuple[Any, ...]]
_LATELY = timedelta(days=30)


def _ending(scope: AttentionScope) -> Lines:
    return (
        select(
            col(Term.id),
            col(Term.organization_id),
            col(Organization.owner_id),
            col(Term.category),
            col(Term.coverage),
            col(Term.until_on),
        )
        .join(Organization, col(Organization.id) == col(Term.organization_id))
        .where(scope.accounts(), col(Term.ended_by) == EventKind.DENUNCIATION, col(Term.until_on) >= scope.on)
    )


def _told_ending(row: Any, _: AttentionScope) -> Sign:
    category = row.category.value.replace("_", " ")
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.ENDING,
        words=f"Membership denounced: {category} in ITU-{'/'.join(row.coverage)} until {row.until_on:%-d %B %Y}",
        refers_to=f"term:{row.id}",
        due_on=row.until_on,
    )


def _new_people(scope: AttentionScope) -> Lines:
    return (
        select(
            col(Position.id),
            col(Position.organization_id),
            col(Organization.owner_id),
            col(Person.id).label("person_id"),
            col(Person.name),
            col(Position.role),
            col(Position.focal_point),
            col(Position.since_on),
        )
        .join(Organization, col(Organization.id) == col(Position.organization_id))
        .join(Person, col(Person.id) == col(Position.person_id))
        .where(scope.accounts(), stands(Person), not_over(scope.on))
        .where(col(Position.since_on).between(scope.on - _LATELY, scope.on))
    )


def _told_new_person(row: Any, scope: AttentionScope) -> Sign | None:
    if not (row.focal_point or is_senior(row.role, scope.senior_roles)):
        return None
    what = ", ".join(filter(None, [in_a_line(row.role), "focal point" if row.focal_point else ""]))
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.NEW_PERSON,
        words=f"New since {row.since_on:%-d %B %Y}: {row.name}, {what}",
        refers_to=f"person:{row.person_id}",
        since_on=row.since_on,
    )


def _standings(scope: AttentionScope) -> Lines:
    """How accounts stand on the day, how they stood before, and since when it is otherwise."""
    changes, now, since_on = _changes()
    return changes.where(
        scope.accounts(), standing_on(scope.on, of=now), since_on >= scope.on - _LATELY
    ).add_columns(since_on)


@cache  # as in `crm/insight/cadence.py`
def _changes() -> tuple[Lines, Any, ColumnElement[date]]:
    """Every span of an account that followed one of another standing, the span itself, and when that standing began."""
    now, before, since = (aliased(AccountStanding, name=name) for name in ("now", "before", "since"))
    former = (
        _of_account(before, "standing", "since_on")
        .where(col(before.standing) != col(now.standing), col(before.since_on) < col(now.since_on))
        .order_by(col(before.since_on).desc())
        .limit(1)
        .lateral("former")
    )
    began = (
        _of_account(since, "since_on", "source", "why")
        .where(col(since.since_on) > former.c.since_on)
        .order_by(col(since.since_on))
        .limit(1)
        .lateral("began")
    )
    changes = (
        select(
            col(Organization.id).label("organization_id"),
            col(Organization.owner_id),
            col(now.standing),
            former.c.standing.label("former"),
            began.c.source,
            began.c.why,
        )
        .join_from(Organization, now, col(now.organization_id) == col(Organization.id))
        .join(former, true())
        .join(began, true())
    )
    return changes, now, began.c.since_on


def _of_account(span: Any, *names: str) -> Lines:
    columns = (getattr(span, name) for name in names)
    return select(*columns).where(col(span.organization_id) == col(Organization.id))


def _told_standing(row: Any, _: AttentionScope) -> Sign | None:
    if not is_worse(row.standing, than=row.former):
        return None
    because = row.why if row.source == CONTRACT else f"{in_a_line(row.source)} says so"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        reason=NeedReason.WORSE_STANDING,
        words=f"Was {row.former.words}, is {row.standing.words} since {row.since_on:%-d %B %Y}: {because}",
        refers_to=f"standing_span:{row.organization_id}/{row.since_on}",
        since_on=row.since_on,
    )


SOURCES = (
    Source(frozenset({NeedReason.ENDING}), _ending, _told_ending),
    Source(frozenset({NeedReason.NEW_PERSON}), _new_people, _told_new_person),
    Source(frozenset({NeedReason.WORSE_STANDING}), _standings, _told_standing),
)
