"""What a run is for, and when it has come to that with an account: expressions for queries, for each goal.

Two questions are asked, and they are not the same. What the run has *brought about* was recorded after the launch and takes
effect no earlier: what was decided before is not its doing. What takes effect next year counts from the day on which it
is recorded. But there is *nothing left to ask for*, and the journey ends, whoever's doing it was: also where a membership
was recorded between the freezing of the audience and the launch, or is entered later with a first day that has passed.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Date, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.tables import Organization
from crm.membership.ledger_tables import MembershipEvent, Term
from crm.membership.terms import OPENING, EventKind
from crm.outreach.goal import Goal
from crm.outreach.run_tables import Enrolment, Run, begun_at
from crm.outreach.runs.responses import answered, answered_at
from crm.reference.categories import Category
from crm.reference.country import Country


def reached_at(goal: Goal) -> ColumnElement[datetime]:
    """When an enrolled account reached a goal by the run's doing, empty where it has not; for queries over enrolments and runs."""
    if goal is Goal.ANSWERED:
        return answered_at()
    return (
        select(func.min(col(MembershipEvent.recorded_at)))
        .where(
            *_FITTING[goal](),
            col(Term.since_on) >= _begun_on(),
            col(MembershipEvent.id) == col(Term.id),  # a term has the id of the event that opened it
            col(MembershipEvent.recorded_at) >= begun_at(),
        )
        .correlate(Enrolment, Run)
        .scalar_subquery()
    )


@cache  # it takes five times as long to put together as to ask, and every batch asks
def goal_reached() -> ColumnElement[bool]:
    """Whether each run has nothing left to ask of an enrolled account; for queries over enrolments and runs."""
    named = col(Run.content)["goal"].astext
    return case(*((named == goal.value, _nothing_left(goal)) for goal in Goal), else_=False)


def _nothing_left(goal: Goal) -> ColumnElement[bool]:
    """Whether the account has what the goal is about, by a term that was not on file when it was enrolled."""
    if goal is Goal.ANSWERED:
        return answered()
    return (
        exists()
        .where(
            *_FITTING[goal](),
            col(Term.id) > col(Enrolment.id),  # one sequence numbers both, so it was recorded later
            or_(col(Term.until_on).is_(None), col(Term.until_on) >= _begun_on()),
        )
        .correlate(Enrolment, Run)
    )


def _begun_on() -> ColumnElement[date]:
    return cast(func.timezone("UTC", begun_at()), Date)


_Conditions = tuple[ColumnElement[bool], ...]


def _upgraded() -> _Conditions:
    """It has become a full member of the Sector in which it was an Associate."""
    return (
        col(Term.organization_id) == col(Enrolment.organization_id),
        col(Term.coverage) == _coverage(),
        col(Term.opened_by) == EventKind.UPGRADE,
        col(Term.category) == Category.SECTOR_MEMBER,
    )


def _further_sector() -> _Conditions:
    """It has become a Sector Member of a Sector other than that of the membership it was enrolled with."""
    return (
        col(Term.organization_id) == col(Enrolment.organization_id),
        col(Term.coverage).is_distinct_from(_coverage()),
        col(Term.opened_by).in_(OPENING),
        col(Term.category) == Category.SECTOR_MEMBER,
    )


def _membership() -> _Conditions:
    """It has become a member of any category."""
    return (col(Term.organization_id) == col(Enrolment.organization_id), col(Term.opened_by).in_(OPENING))


def _state_has_member() -> _Conditions:
    """An organisation of its Member State, or of a territory that the State answers for, is a new Sector Member."""
    theirs, ours = aliased(Country), aliased(Country)
    state = (
        select(col(ours.member_state))
        .join(Organization, col(Organization.country) == col(ours.code))
        .where(col(Organization.id) == col(Enrolment.organization_id))
        .correlate(Enrolment)
        .scalar_subquery()
    )
    there = (
        select(col(Organization.id))
        .join(theirs, col(theirs.code) == col(Organization.country))
        .where(col(theirs.member_state) == state)
        .correlate(Enrolment)
    )
    return (col(Term.organization_id).in_(there), col(Term.category) == Category.SECTOR_MEMBER)


def _coverage() -> ColumnElement[str]:
    return col(Enrolment.facts)["coverage"].astext  # type: ignore[no-any-return]


_FITTING: Mapping[Goal, Callable[[], _Conditions]] = {
    Goal.UPGRADED: _upgraded,
    Goal.FURTHER_SECTOR: _further_sector,
    Goal.MEMBERSHIP: _membership,
    Goal.STATE_HAS_MEMBER: _state_has_member,
}
"""Which terms fit a goal that a membership reaches."""
