"""Rules of audiences as conditions for the database. Every value is a parameter, so that none is ever read as SQL.

Each condition is true or false and never unknown, so that `Not` means what it says of accounts of which little is known.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, not_, or_, select, true
from sqlmodel import col

from crm.directory.roles import has_role
from crm.directory.tables import Organization
from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity
from crm.engagement.participation import Participation
from crm.insight.audience_memberships import OfTerms
from crm.insight.audience_rules import (
    AllOf,
    AnyOf,
    FormerMember,
    HasOpenOpportunity,
    HasRole,
    InRegion,
    InSegment,
    InState,
    InStateWithoutSectorMember,
    IsMember,
    IsNotMember,
    Not,
    OfKind,
    OfSize,
    Rule,
    StandsIn,
    TermEndsWithin,
    TermStartedWithin,
    TookPartWithin,
    TouchedWithin,
    parts_of,
)
from crm.insight.representation import states_with_sector_member, under_represented
from crm.insight.touches import noticed
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import Term, running
from crm.membership.terms import Coverage
from crm.reference.countries import countries_in
from crm.reference.country import Country

LONGEST = timedelta(minutes=1)
"""How long a statement with the condition of a rule may take."""


def condition(rule: Rule, day: date) -> ColumnElement[bool]:  # noqa: C901, PLR0911, PLR0912 - one line for each clause
    """Whether a rule is true of an organisation on a day; for queries that the organisation stands in.

    Args:
        rule: the rule.
        day: the day that is asked about.
    """
    match rule:
        case AllOf(rules=rules):
            return and_(*(condition(each, day) for each in rules))
        case AnyOf(rules=rules):
            return or_(*(condition(each, day) for each in rules))
        case Not(of=of):
            return not_(condition(of, day))
        case OfTerms():
            return _any(Term, running(day), _meant(rule, day))
        case IsNotMember(sector=sector):
            return ~_any(Term, running(day), _covers(sector))
        case FormerMember():
            return _any(Term, _ended(rule, day)) & ~_any(Term, running(day))
        case HasRole(role=role):
            return has_role(role, day)
        case OfKind(kinds=kinds):
            return _one_of(Organization.kind, kinds)
        case OfSize(size=size):
            return _one_of(Organization.size, [size])
        case InSegment(under_represented=True):
            return under_represented(day)
        case InSegment(segments=segments):
            return _one_of(Organization.segment, segments)
        case InRegion(regions=regions):
            return or_(*(_one_of(Organization.country, countries_in(region)) for region in regions))
        case InState(states=states):
            return _one_of(Organization.country, _places(col(Country.member_state).in_(states)))
        case InStateWithoutSectorMember():
            return _one_of(
                Organization.country,
                _places(col(Country.member_state).not_in(states_with_sector_member(day))),
            )
        case TouchedWithin():
            return _touched(rule, day)
        case HasOpenOpportunity(kind=kind):
            return _any(Opportunity, col(Opportunity.kind) == kind if kind else true(), _open_on(day))
        case StandsIn(standings=standings):
            return _any(AccountStanding, standing_on(day), col(AccountStanding.standing).in_(standings))
        case TookPartWithin():
            return _took_part(rule, day)
    raise AssertionError(f"{rule!r} is no rule")


def memberships(rule: Rule | None, day: date) -> ColumnElement[bool]:
    """The running memberships that a rule is about; for queries that the term stands in.

    They are those that one of its clauses asks for, unless it denies them. Where no clause does, they are all.

    Args:
        rule: the rule; None: all memberships.
        day: the day that is asked about.
    """
    asked_for = [_meant(clause, day) for clause in _affirmed(rule)] if rule else []
    return and_(running(day), or_(*asked_for)) if asked_for else running(day)


def _affirmed(rule: Rule) -> list[OfTerms]:
    if isinstance(rule, OfTerms):
        return [rule]
    return [] if isinstance(rule, Not) else [found for part in parts_of(rule) for found in _affirmed(part)]


def _meant(rule: OfTerms, day: date) -> ColumnElement[bool]:
    """The memberships that a clause asks for, among those that are running."""
    category = col(Term.category) == rule.category if rule.category else true()
    return and_(category, _covers(rule.sector), _dated(rule, day))


def _dated(rule: OfTerms, day: date) -> ColumnElement[bool]:
    since, until = col(Term.since_on), col(Term.until_on)
    match rule:
        case IsMember():
            begun = since >= rule.since if rule.since else true()
            return and_(begun, since <= rule.until if rule.until else true())
        case TermEndsWithin(days=days):
            return until.is_not(None) & (until <= day + timedelta(days=days))
        case TermStartedWithin(days=days):
            return since >= day - timedelta(days=days)
        case _:
            return true()


def _ended(rule: FormerMember, day: date) -> ColumnElement[bool]:
    last = col(Term.until_on)
    lately = true() if rule.within_days is None else last >= day - timedelta(days=rule.within_days)
    return (last < day) & col(Term.ended_by).in_(rule.ended_by) & lately


def _covers(sector: str | None) -> ColumnElement[bool]:
    return col(Term.coverage).in_([Coverage(sector), Coverage.ALL]) if sector else true()


def _any(record: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    there = exists().where(col(record.organization_id) == col(Organization.id), *conditions)
    return there.correlate(Organization)  # a row of the query around it is another one


def _one_of(column: Any, values: Any) -> ColumnElement[bool]:
    return col(column).is_not(None) & col(column).in_(values)


def _places(condition: ColumnElement[bool]) -> Select[Any]:
    return select(col(Country.code)).where(col(Country.member_state).is_not(None), condition)


def _touched(rule: TouchedWithin, day: date) -> ColumnElement[bool]:
    what = col(Interaction.kind) == rule.kind if rule.kind else noticed()
    since, until = _midnight(day - timedelta(days=rule.days)), _midnight(day + timedelta(days=1))
    return _any(Interaction, what, col(Interaction.at) >= since, col(Interaction.at) < until)


def _open_on(day: date) -> ColumnElement[bool]:
    opened_on = cast(func.timezone("UTC", col(Opportunity.opened_at)), Date)
    return (opened_on <= day) & (col(Opportunity.closed_on).is_(None) | (col(Opportunity.closed_on) > day))


def _took_part(rule: TookPartWithin, day: date) -> ColumnElement[bool]:
    return _any(
        Participation,
        col(Participation.on).between(day - timedelta(days=rule.days), day),
        col(Participation.kind).in_(rule.kinds),
        col(Participation.study_group) == rule.study_group if rule.study_group else true(),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
