"""What is looked up about many accounts at once: one statement each, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause
from sqlmodel import Session, col

from crm.consent.suppressions import Scope, suppressed_forms
from crm.directory.merged import among, stands
from crm.directory.people import Person, Position, held_on
from crm.directory.tables import Organization
from crm.engagement.interactions import Interaction
from crm.engagement.participation import Participation
from crm.insight.candidate import Contact, Departure, TookPart
from crm.insight.touches import noticed
from crm.keyring import KeyRing
from crm.membership.ledger_tables import Term, running
from crm.membership.terms import ENDING
from crm.reference.categories import Category
from crm.reference.countries import gazetteer_of
from crm.reference.senior_roles import is_senior, senior_roles
from crm.reference.study_groups import StudyGroup

Ids = Sequence[int]
"""Which accounts."""

_FULL = (Category.SECTOR_MEMBER, Category.ACADEMIA)
_REMEMBERED = timedelta(days=3 * 365)


def latest_interaction() -> LateralFromClause:
    """The latest interaction with an organisation, for a query that the organisation stands in.

    A note to the file is nothing that the account noticed.
    """
    latest = (
        select(col(Interaction.at), col(Interaction.kind), col(Interaction.office))
        .where(
            col(Interaction.organization_id) == col(Organization.id),
            noticed(),
        )
        .order_by(col(Interaction.at).desc(), col(Interaction.id).desc())
    )
    return latest.limit(1).lateral("latest_interaction")


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
            among(col(Participation.organization_id), ids),
            col(Participation.on).between(day - _REMEMBERED, day),
        )
        .order_by(col(Participation.on).desc(), col(Participation.id).desc())
    )
    for number, group, kind, on in session.execute(took_part):
        found[number].append(TookPart(group, kind, on))
    return found


def contacts(
    session: Session, countries: Mapping[int, str | None], day: date, *, keys: KeyRing
) -> dict[int, list[Contact]]:
    """Who could be written to at each account, in the order of `book.people.at`.

    Args:
        session: reads the book.
        countries: the accounts by their ids, with the country of each.
        day: the day on which positions count.
        keys: key the suppression list.
    """
    rows = session.execute(_reachable(countries, day)).all()
    refused = suppressed_forms(session, (row.email_key for row in rows), keys=keys)
    known = senior_roles(session)
    senior = {role for role in {role for row in rows for role in row.roles} if is_senior(role, known)}
    found: dict[int, list[Contact]] = defaultdict(list)
    for number, person_id, name, address, language, zone, salutation, key, roles in rows:
        held = tuple(role for role in roles if role)
        above = not senior.isdisjoint(held)
        scopes = refused.get(key, {})
        but = frozenset() if Scope.ALL in scopes else frozenset(scopes.get(Scope.CAMPAIGNS, ()))
        about = (bool(scopes), held, above, countries[number], zone, salutation, but)
        contact = Contact(person_id, name, address, language, *about)
        found[number].append(contact)
    return found


def silent(session: Session, ids: Ids, day: date, *, keys: KeyRing) -> dict[int, list[str]]:
    """The accounts at which somebody has an address and nobody may be written to, with the names of those people."""
    reached = (
        select(col(Position.organization_id), col(Person.email_key))
        .join(Person, col(Person.id) == col(Position.person_id))
        .where(among(col(Position.organization_id), ids), _has_address(day))
    )
    rows = session.execute(reached).all()
    refused = suppressed_forms(session, (key for _, key in rows), keys=keys)
    found = {number for number, _ in rows} - {number for number, key in rows if key not in refused}
    names: dict[int, list[str]] = defaultdict(list)
    for row in session.execute(_reachable(found, day)):
        names[row.organization_id].append(row.name)
    return names


def _has_address(day: date) -> ColumnElement[bool]:
    """Whether somebody is in a position on a day, and can be written to there; for queries over both."""
    return held_on(day) & stands(Person) & col(Person.email).is_not(None)


def _reachable(ids: Iterable[int], day: date) -> Select[*tuple[Any, ...]]:
    first = (
        col(Position.focal_point).desc(),
        col(Position.since_on).nulls_last(),
        col(Position.id),
    )
    return (
        select(
            col(Position.organization_id),
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Person.language),
            col(Person.time_zone),
            col(Person.salutation),
            col(Person.email_key),
            func.array_agg(aggregate_order_by(col(Position.role), *first)).label("roles"),
        )
        .join_from(Position, Person, col(Person.id) == col(Position.person_id))
        .where(among(col(Position.organization_id), ids), _has_address(day))
        .group_by(col(Position.organization_id), col(Person.id))
        .order_by(
            func.bool_or(col(Position.focal_point)).desc(),
            func.min(col(Position.since_on)).nulls_last(),
            col(Person.id),
        )
    )


class Sectors(NamedTuple):
    """The Sectors of an account: in which it is a Sector Member or Academia, and in which an Associate."""

    full: frozenset[str] = frozenset()
    associate: frozenset[str] = frozenset()


def sectors(session: Session, ids: Ids, day: date) -> dict[int, Sectors]:
    """The Sectors in which each account holds a membership."""
    held = select(col(Term.organization_id), col(Term.coverage), col(Term.category)).where(
        among(col(Term.organization_id), ids), running(day)
    )
    found: dict[int, Sectors] = defaultdict(Sectors)
    for number, coverage, category in session.execute(held):
        full, associate = found[number]
        if category in _FULL:
            found[number] = Sectors(full | frozenset(coverage.value), associate)
        else:
            found[number] = Sectors(full, associate | frozenset(coverage.value))
    return found


def departures(session: Session, ids: Ids, day: date) -> dict[int, Departure]:
    """How each account that is no member any more ceased to be one."""
    held = select(col(Term.organization_id)).where(running(day))
    ended = (
        select(
            col(Term.organization_id),
            col(Term.category),
            col(Term.coverage),
            col(Term.until_on),
            col(Term.ended_by),
        )
        .where(among(col(Term.organization_id), ids), col(Term.organization_id).not_in(held))
        .where(col(Term.until_on) < day, col(Term.ended_by).in_(ENDING))
        .order_by(col(Term.until_on), col(Term.id))
    )
    # The last one of each account stays.
    return {number: Departure(*how) for number, *how in session.execute(ended)}


def regions(session: Session) -> dict[str | None, str | None]:
    """For each country its development region, by slug; a territory has that of its State."""
    return {None: None, **{country.code: country.region for country in gazetteer_of(session).countries}}


def own_groups(session: Session) -> dict[str | None, frozenset[str]]:
    """For each study group that can be selected, itself and those that have taken over its work since."""
    query = select(col(StudyGroup.code), col(StudyGroup.succeeded_by))
    heirs: dict[str, str | None] = {code: heir for code, heir in session.execute(query)}  # noqa: C416 - dict() would take the result for a mapping
    return {None: frozenset(), **{code: _with_heirs(code, heirs) for code in heirs}}


def _with_heirs(code: str | None, heirs: Mapping[str, str | None]) -> frozenset[str]:
    own: set[str] = set()
    while code is not None and code not in own:
        own.add(code)
        code = heirs.get(code)
    return frozenset(own)
