"""Where membership falls short, for queries: under-represented segments, region by region, and States without a member.

The report `segments-under-represented` says the same of segments, with its figures; a test holds the two together.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.merged import stands
from crm.directory.tables import Organization
from crm.membership.ledger_tables import Term, running
from crm.reference.categories import Category
from crm.reference.country import Country
from crm.reference.populations import SegmentPopulation

FEW = 5
"""Fewer organisations than that are too few to tell."""


def under_represented(day: date) -> ColumnElement[bool]:
    """Whether an organisation belongs to a segment that is under-represented in its region; for queries over it.

    The share of members among the organisations of the segment in the region is then under half of the share over all
    segments and regions.
    """
    shares = _shares(day).subquery()
    few_members = 2 * shares.c.members * shares.c.all_organizations
    below = few_members < shares.c.all_members * shares.c.organizations
    pairs: Any = (
        select(shares.c.segment, col(Country.code))
        .join(Country, col(Country.region) == shares.c.region)
        .where(shares.c.organizations >= FEW, below)
    )
    known = col(Organization.segment).is_not(None) & col(Organization.country).is_not(None)
    return known & tuple_(col(Organization.segment), col(Organization.country)).in_(pairs)


def states_with_sector_member(day: date, *, among: Collection[str] | None = None) -> Select[Any]:
    """The Member States in which, territories included, somebody is a Sector Member of any Sector: their codes.

    Args:
        day: the day.
        among: look at these States alone.
    """
    member, home = aliased(Organization), aliased(Country)  # those of a query around it are others
    state = col(home.member_state)
    return (
        select(state)
        .join_from(Term, member, col(member.id) == col(Term.organization_id))
        .join(home, col(home.code) == col(member.country))
        .where(col(Term.category) == Category.SECTOR_MEMBER, running(day))
        .where(state.is_not(None) if among is None else state.in_(among))
        .distinct()
    )


def _shares(day: date) -> Select[*tuple[Any, ...]]:
    """Each segment in each region with its members and organisations, and the sums of both over all of them."""
    counted, stated = _counted(day), _stated(day)
    members = func.coalesce(counted.c.members, 0)
    # Who is a member exists, whatever a source says of the whole.
    organizations = case(
        (stated.c.organizations.is_not(None), func.greatest(stated.c.organizations, members)),
        else_=counted.c.organizations,
    )
    same = and_(counted.c.segment == stated.c.segment, counted.c.region == stated.c.region)
    return select(
        func.coalesce(counted.c.segment, stated.c.segment).label("segment"),
        func.coalesce(counted.c.region, stated.c.region).label("region"),
        members.label("members"),
        organizations.label("organizations"),
        func.sum(members).over().label("all_members"),
        func.sum(organizations).over().label("all_organizations"),
    ).select_from(counted.join(stated, same, full=True))


def _counted(day: date) -> Subquery:
    member = exists().where(col(Term.organization_id) == col(Organization.id), running(day))
    return (
        select(
            col(Organization.segment),
            col(Country.region),
            func.count().label("organizations"),
            func.count().filter(member.correlate(Organization)).label("members"),
        )
        .join(Country, col(Country.code) == col(Organization.country))
        .where(stands(Organization), col(Organization.segment).is_not(None), col(Country.region).is_not(None))
        .group_by(col(Organization.segment), col(Country.region))
        .correlate(None)  # all organisations, not the one of the query around it
        .subquery()
    )


def _stated(day: date) -> Subquery:
    place = (col(SegmentPopulation.segment), col(SegmentPopulation.region))
    newest = (*place, col(SegmentPopulation.as_of).desc(), col(SegmentPopulation.id).desc())
    return (
        select(*place, col(SegmentPopulation.organizations))
        .ext(distinct_on(*place))
        .where(col(SegmentPopulation.as_of) <= day)
        .order_by(*newest)
        .subquery()
    )
