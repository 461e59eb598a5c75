"""Which accounts reports speak of: members, prospects and where they are based, as conditions for queries."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Session, col

from crm.directory.merged import stands
from crm.directory.roles import RoleKind, has_role
from crm.directory.tables import Organization
from crm.membership.ledger_tables import Term, running
from crm.reference.countries import countries_in, find_country, is_member_state
from crm.reference.country import Country
from crm.reference.languages import Language
from crm.reference.regions import Region, find_region
from crm.reference.spelling import plain
from crm.reports.columns import Column, ColumnKind

SHOWN: tuple[Any, ...] = (Organization.id, Organization.name, Organization.country, Organization.segment)
"""What is shown of an account behind a figure."""

ACCOUNT = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="name", title="Organisation"),
    Column(key="country", title="Country"),
    Column(key="segment", title="Segment"),
)
"""The columns for it."""

REGION = Column(key="region", title="Development region")
"""Where it is based: one of the six development regions, which are neither the administrative nor the radio ones."""


def holds_term(day: date) -> ColumnElement[bool]:
    """Whether an organisation is a member of any kind on a day."""
    return exists().where(col(Term.organization_id) == col(Organization.id), running(day))


def is_marked(day: date) -> ColumnElement[bool]:
    """Whether an organisation is marked as a prospect on a day."""
    return has_role(RoleKind.PROSPECT, day)


def is_prospect(day: date) -> ColumnElement[bool]:
    """Whether an organisation is marked as a prospect on a day and is no member then."""
    return is_marked(day) & ~holds_term(day)


def accounts(*columns: Any) -> Select[Any]:
    """Begin a statement over organisations that were not merged away, each with its country and Member State."""
    return (
        select(*columns)
        .select_from(Organization)
        .outerjoin(Country, col(Country.code) == col(Organization.country))
        .where(stands(Organization))
    )


class Place:
    """Where a report looks: everywhere, a development region, or one Member State with its territories.

    Args:
        session: of the report.
        region: a development region, by slug or name.
        state: a Member State, by ISO code or name.

    Raises:
        NotFound: there is no such region or State.
    """

    def __init__(self, session: Session, region: str | None = None, state: str | None = None) -> None:
        self.region = find_region(session, region) if region else None
        self.state = find_country(session, state) if state else None

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """A statement begun with `accounts`, with this place alone."""
        responsible: InstrumentedAttribute[str | None] = col(Country.member_state)  # type: ignore[assignment]
        if self.region is not None:
            query = query.where(responsible.in_(countries_in(self.region.slug)))
        if self.state is not None:
            query = query.where(responsible == self.state.member_state)
        return query

    @property
    def filters(self) -> dict[str, str]:
        """What was chosen, as a report states it."""
        chosen = {
            "region": self.region and self.region.name(),
            "state": self.state and self.state.name(),
        }
        return {name: value for name, value in chosen.items() if value}


def member_states(session: Session, place: Place, language: Language) -> list[tuple[str, str, str]]:
    """The Member States: code, region, name; in the usual order."""
    query: Any = select(Country, Region).join(Region, col(Region.slug) == col(Country.region))
    query = query.where(is_member_state())
    if place.region is not None:
        query = query.where(col(Country.region) == place.region.slug)
    found = sorted(session.execute(query), key=lambda row: (row[1].position, plain(row[0].name(language))))
    return [(state.code, region.name(language), state.name(language)) for state, region in found]
