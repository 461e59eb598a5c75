"""What is looked up about many accounts at once: one statement each, whatever their number."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from crm.consent.suppressions import suppressed_forms
from crm.directory.merged import stands
from crm.directory.people import Person, Position
from crm.engagement.interactions import Interaction
from crm.engagement.participation import Participation
from crm.insight.candidate import Contact, TookPart, Touch
from crm.insight.touches import noticed
from crm.keyring import KeyRing
from crm.membership.standing import StandingRecord
from crm.reference.study_groups import StudyGroup

Ids = Select[int]
"""Which accounts: a query for their ids."""

_REMEMBERED = timedelta(days=3 * 365)


def standings(session: Session, ids: Ids, day: date) -> dict[int, Any]:
    """The latest statement about each account by the day."""
    latest = (
        select(
            col(StandingRecord.organization_id),
            col(StandingRecord.standing),
            col(StandingRecord.as_of),
            col(StandingRecord.punctuality),
        )
        .where(col(StandingRecord.organization_id).in_(ids), col(StandingRecord.as_of) <= day)
        .ext(distinct_on(col(StandingRecord.organization_id)))
        .order_by(
            col(StandingRecord.organization_id),
            col(StandingRecord.as_of).desc(),
            col(StandingRecord.id).desc(),
        )
    )
    return {number: tuple(said) for number, *said in session.execute(latest)}


def participation(session: Session, ids: Ids, day: date) -> dict[int, list[TookPart]]:
    """What each account did in the study groups in the three years before the day, the newest first."""
    found: dict[int, list[TookPart]] = defaultdict(list)
    took_part = (
        select(
            col(Participation.organization_id),
            col(Participation.study_group),
            col(Participation.kind),
            col(Participation.on),
        )
        .where(
            col(Participation.organization_id).in_(ids), col(Participation.on).between(day - _REMEMBERED, day)
        )
        .order_by(col(Participation.on).desc(), col(Participation.id).desc())
    )
    for number, group, kind, on in session.execute(took_part):
        found[number].append(TookPart(group, kind, on))
    return found


def contacts(session: Session, ids: Ids, day: date, *, keys: KeyRing) -> dict[int, list[Contact]]:
    """Who could be written to at each account, in the order of `book.people.at`."""
    rows = session.execute(_reachable(ids, day)).all()
    refused = suppressed_forms(session, {row.email_key for row in rows}, keys=keys)
    found: dict[int, list[Contact]] = defaultdict(list)
    for row in rows:
        contact = Contact(row.id, row.name, row.email, row.language, suppressed=row.email_key in refused)
        found[row.organization_id].append(contact)
    return found


def _reachable(ids: Ids, day: date) -> Select[*tuple[Any, ...]]:
    begun = or_(col(Position.since_on).is_(None), col(Position.since_on) <= day)
    not_over = or_(col(Position.until_on).is_(None), col(Position.until_on) >= day)
    return (
        select(
            col(Position.organization_id),
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Person.email_key),
            col(Person.language),
        )
        .join_from(Position, Person, col(Person.id) == col(Position.person_id))
        .where(col(Position.organization_id).in_(ids), begun, not_over)
        .where(stands(Person), col(Person.email).is_not(None))
        .group_by(col(Position.organization_id), col(Person.id))
        .order_by(
            func.bool_or(col(Position.focal_point)).desc(),
            func.min(col(Position.since_on)).nulls_last(),
            col(Person.id),
        )
    )


def touches(session: Session, ids: Ids) -> dict[int, Touch]:
    """The latest interaction with each account that the account noticed."""
    latest = (
        select(
            col(Interaction.organization_id),
            col(Interaction.at),
            col(Interaction.kind),
            col(Interaction.office),
        )
        .where(col(Interaction.organization_id).in_(ids), noticed())
        .ext(distinct_on(col(Interaction.organization_id)))
        .order_by(col(Interaction.organization_id), col(Interaction.at).desc(), col(Interaction.id).desc())
    )
    return {number: Touch(at, kind.value, office) for number, at, kind, office in session.execute(latest)}


def successors(session: Session) -> dict[str, str]:
    """Which study group took over the work of which."""
    taken_over = select(col(StudyGroup.code), col(StudyGroup.succeeded_by)).where(
        col(StudyGroup.succeeded_by).is_not(None)
    )
    return {code: heir for code, heir in session.execute(taken_over) if heir}
