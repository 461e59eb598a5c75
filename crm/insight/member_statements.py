"""The statements by which the facts of members are read: one for each room of the book, for all moments together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    FromClause,
    Interval,
    String,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from crm.directory.merged import among, stands
from crm.directory.tables import Organization, Size, corporate_group
from crm.engagement.interactions import Interaction
from crm.engagement.opportunity_tables import Opportunity
from crm.engagement.participation import Participation
from crm.insight.candidate import TookPart
from crm.insight.clearance_sources import day_of_instant
from crm.insight.member_facts import Asked, Moment
from crm.insight.potential_reasons import A_YEAR
from crm.insight.study_group_interest import LATELY
from crm.insight.touches import noticed
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import MembershipEvent, Term
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.opportunity_stages import OpportunityKind
from crm.store.trail import TrailChange

ASKS = (OpportunityKind.UPGRADE, OpportunityKind.FURTHER_SECTOR)
"""What a member can be asked for here."""

OFFERED = (Category.SECTOR_MEMBER, Category.ASSOCIATE)
"""Whom there is more to offer; Academia is in all Sectors already."""

UNDATED = ("size", "employees", "segment", "country", "group_id")
"""What an organisation is, without a day on record."""


class Held(NamedTuple):
    """A membership of an account, and the event that ended it where there is one."""

    id: int
    organization_id: int
    group_id: int
    coverage: Coverage
    category: Category
    study_group: str | None
    since_on: date
    until_on: date | None
    ended_id: int | None
    synthetic: bool

    def runs(self, moment: Moment) -> bool:
        """Whether it ran at a moment, as far as one knew."""
        if not moment.knows(self.id) or self.since_on > moment.on:
            return False
        return self.until_on is None or self.until_on >= moment.on or not moment.knows(self.ended_id)


def _at(moments: Sequence[Moment]) -> FromClause:
    """The moments as rows: their number from one on, the account, the day, and the record that came after."""
    columns = (
        literal([moment.organization_id for moment in moments], ARRAY(BigInteger)),
        literal([moment.on for moment in moments], ARRAY(Date)),
        literal([moment.before for moment in moments], ARRAY(BigInteger)),
    )
    rows = func.unnest(*columns).table_valued("organization_id", "day", "before", with_ordinality="number")
    return rows.render_derived("moment")


def accounts(moments: Sequence[Moment]) -> Any:
    """What the accounts are, and how they stand on their days; a row each, with the number of the moment from one on."""
    at = _at(moments)
    theirs = col(AccountStanding.organization_id) == at.c.organization_id
    return (
        select(
            at.c.number,
            *(col(getattr(Organization, name)) for name in ("id", "name", "synthetic", *UNDATED[:-1])),
            corporate_group().label("group_id"),
            col(AccountStanding.standing),
            col(AccountStanding.as_of),
            col(AccountStanding.punctuality),
        )
        .select_from(at)
        .join(Organization, col(Organization.id) == at.c.organization_id)
        .outerjoin(AccountStanding, theirs & standing_on(cast(at.c.day, Date)))
        .where(stands(Organization))
    )


def former(session: Session, moments: Sequence[Moment]) -> dict[int, dict[str, Any]]:
    """What an organisation was at the moments that look back, where it has been changed since, by their number."""
    if all(moment.before is None for moment in moments):
        return {}
    at = _at(moments)
    name = func.jsonb_object_keys(col(TrailChange.before)).table_valued("name").render_derived("told")
    record = func.concat(f"{Organization.__tablename__}:", cast(at.c.organization_id, String))
    later = (
        select(at.c.number, name.c.name, col(TrailChange.before)[name.c.name].label("was"))
        .select_from(at)
        .join(TrailChange, (col(TrailChange.record) == record) & (col(TrailChange.id) > at.c.before))
        .join(name, name.c.name.in_(UNDATED))
        .ext(distinct_on(at.c.number, name.c.name))
        .order_by(at.c.number, name.c.name, col(TrailChange.id))
    )
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for number, field, was in session.execute(later):
        found[number - 1][field] = Size(was) if field == "size" and was else was
    for number, fields in found.items():
        if "group_id" in fields:  # a head stands for itself
            fields["group_id"] = fields["group_id"] or moments[number].organization_id
    return found


def memberships(moments: Sequence[Moment], groups: Iterable[int]) -> Any:
    """The memberships of all accounts of the corporate groups, and the event that ended each."""
    ended = (
        select(func.max(col(MembershipEvent.id)))
        .where(
            col(MembershipEvent.organization_id) == col(Term.organization_id),
            col(MembershipEvent.coverage) == col(Term.coverage),
            col(MembershipEvent.kind) == col(Term.ended_by),
            col(MembershipEvent.effective_on) == col(Term.until_on) + literal(timedelta(days=1), Interval),
        )
        .correlate(Term)
        .scalar_subquery()
    )
    ids = {moment.organization_id for moment in moments}
    days, back = [moment.on for moment in moments], any(moment.before for moment in moments)
    elsewhere: dict[str, Any] = {
        "group_id": corporate_group(),
        "ended_id": case((col(Term.ended_by).is_not(None), ended)),
    }
    runs = or_(col(Term.until_on).is_(None), col(Term.until_on) >= min(days), literal(back))
    return (
        select(
            *(
                (elsewhere[name] if name in elsewhere else getattr(Term, name)).label(name)
                for name in Held._fields
            )
        )
        .join_from(Term, Organization, col(Organization.id) == col(Term.organization_id))
        .where(or_(among(corporate_group(), groups), among(col(Organization.id), ids)), stands(Organization))
        .where(col(Term.since_on) <= max(days), runs)
        .order_by(col(Term.since_on), col(Term.id))
    )


def parts(session: Session, moments: Sequence[Moment]) -> dict[int, list[tuple[int, TookPart]]]:
    """The parts that each account took, with their numbers, the newest first."""
    days = [moment.on for moment in moments]
    query = select(
        col(Participation.organization_id),
        col(Participation.id),
        col(Participation.study_group),
        col(Participation.kind),
        col(Participation.on),
    ).where(
        among(col(Participation.organization_id), {moment.organization_id for moment in moments}),
        col(Participation.on).between(min(days) - LATELY, max(days)),
    )
    found: dict[int, list[tuple[int, TookPart]]] = defaultdict(list)
    for number, id_, *part in session.execute(
        query.order_by(col(Participation.on).desc(), col(Participation.id).desc())
    ):
        found[number].append((id_, TookPart(*part)))
    return found


def contacts(moments: Sequence[Moment]) -> Any:
    """How often an account and we were in touch in the year that ends with a moment."""
    at = _at(moments)
    end = func.timezone("UTC", cast(at.c.day, Date) + literal(timedelta(days=1), Interval))
    within = (col(Interaction.at) < end) & (col(Interaction.at) >= end - literal(A_YEAR, Interval))
    return (
        select(
            at.c.number,
            func.count(),
            func.count().filter(col(Interaction.inbound)),
            func.max(day_of_instant(col(Interaction.at))),
        )
        .select_from(at)
        .join(Interaction, (col(Interaction.organization_id) == at.c.organization_id) & within)
        .where(noticed(), or_(at.c.before.is_(None), col(Interaction.id) < at.c.before))
        .group_by(at.c.number)
    )


def asked(session: Session, moments: Sequence[Moment]) -> dict[int, list[Asked]]:
    """The upgrades and further Sectors that each account was ever asked for."""
    found: dict[int, list[Asked]] = defaultdict(list)
    query = select(
        col(Opportunity.organization_id),
        col(Opportunity.id),
        col(Opportunity.kind),
        col(Opportunity.sector),
        day_of_instant(col(Opportunity.opened_at)),
        col(Opportunity.outcome),
        col(Opportunity.closed_on),
    ).where(
        among(col(Opportunity.organization_id), {moment.organization_id for moment in moments}),
        col(Opportunity.kind).in_(ASKS),
    )
    for number, *asked in session.execute(query.order_by(col(Opportunity.id))):
        found[number].append(Asked(*asked))
    return found
