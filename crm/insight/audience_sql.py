"""Rules of audiences as conditions for the database. Every value is a parameter, so that none is ever read as SQL."""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, not_, or_, true
from sqlmodel import col

from crm.directory.tables import Organization
from crm.insight.audience_rules import AllOf, AnyOf, IsMember, IsNotMember, Not, Rule, parts_of
from crm.membership.ledger import Term, running
from crm.membership.terms import Coverage


def condition(rule: Rule, day: date) -> ColumnElement[bool]:
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
        case IsMember():
            return _holds(running(day), _meant(rule))
        case IsNotMember(sector=sector):
            return ~_holds(running(day), _covers(sector))


def memberships(rule: Rule | None, day: date) -> ColumnElement[bool]:
    """The running memberships that a rule is about; for queries that the term stands in.

    They are those that one of its clauses speaks of, unless it denies them. Where no clause does, they are all.

    Args:
        rule: the rule; None: all memberships.
        day: the day that is asked about.
    """
    spoken_of = [_meant(clause) for clause in _affirmed(rule)] if rule else []
    return and_(running(day), or_(*spoken_of)) if spoken_of else running(day)


def _affirmed(rule: Rule) -> list[IsMember]:
    if isinstance(rule, IsMember):
        return [rule]
    return [] if isinstance(rule, Not) else [found for part in parts_of(rule) for found in _affirmed(part)]


def _meant(rule: IsMember) -> ColumnElement[bool]:
    return and_(
        _covers(rule.sector),
        col(Term.category) == rule.category if rule.category else true(),
        col(Term.since_on) >= rule.since if rule.since else true(),
        col(Term.since_on) <= rule.until if rule.until else true(),
    )


def _covers(sector: str | None) -> ColumnElement[bool]:
    return col(Term.coverage).in_([Coverage(sector), Coverage.ALL]) if sector else true()


def _holds(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    there = exists().where(col(Term.organization_id) == col(Organization.id), *conditions)
    return there.correlate(Organization)  # a term of the query around it is another one
