"""Prospects with their next step and owner: the working list behind the number of each Member State."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, cast, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from crm.directory.roles import Role, RoleKind, lasts
from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction
from crm.insight.touches import noticed
from crm.reference.country import Country
from crm.reference.languages import known_language
from crm.reference.segments import find_segment
from crm.reports.accounts import Place, accounts, is_prospect
from crm.reports.columns import Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_NOWHERE = "Unassigned"


def prospects(
    reader: Reader,
    *,
    region: str | None = None,
    state: str | None = None,
    segment: str | None = None,
    owner: str | None = None,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,  # noqa: ARG001 - its rows are the prospects themselves; every report takes it
) -> Report:
    """Every prospect with who keeps it, the next step, and when anybody was last in touch.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name.
        state: only this Member State and its territories, by ISO code or name.
        segment: only prospects of this segment.
        owner: only those that this colleague keeps.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States.
        rows: every report takes it; here the rows are the prospects themselves.

    Returns:
        One row a prospect, grouped by Member State.

    Raises:
        NotFound: there is no such region, State, segment or colleague.
    """
    as_of = reader.store.now()
    day, tongue = reader.day(on), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region, state)
        part = find_segment(session, segment) if segment else None
        keeper = find_staff(session, owner) if owner else None
        query = place.narrowed(_listed(day, tongue.value))
        if part is not None:
            query = query.where(col(Organization.segment) == part.slug)
        if keeper is not None:
            query = query.where(col(Organization.owner_id) == keeper.id)
        found = session.execute(query).all()
    filters = {"segment": part and part.name, "owner": keeper and keeper.name}
    return Report(
        name="prospects",
        title="Prospects, with their next step and owner",
        definition="Organisations that are marked as prospects on the day and hold no membership term then. The next "
        "step is the open follow-up that is due first; the last contact is the latest interaction of any office, notes "
        "to the file apart.",
        denominator="All prospects that the filters leave, each once.",
        as_of=as_of,
        on=day,
        filters=place.filters | {name: value for name, value in filters.items() if value},
        columns=_COLUMNS,
        rows=tuple((state_name or _NOWHERE, *cells) for state_name, *cells, _ in found),
        notes=synthetic(sum(row.synthetic for row in found)),
        grouped_by="state",
        language=tongue.value,
    )


_COLUMNS = (
    Column(key="state", title="Member State"),
    Column(key="organization", title="Organisation"),
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="segment", title="Segment"),
    Column(key="since", title="Prospect since", kind=ColumnKind.DATE),
    Column(key="owner", title="Account manager"),
    Column(key="next_step", title="Next step", kind=ColumnKind.NOTE),
    Column(key="due", title="Due", kind=ColumnKind.DATE),
    Column(key="owed_by", title="Owed by"),
    Column(key="last_contact", title="Last contact", kind=ColumnKind.DATE),
    Column(key="last_office", title="By"),
)


def _listed(day: date, language: str) -> Select[Any]:
    """The statement of all prospects, by Member State and name."""
    responsible, owes = aliased(Country), aliased(Staff)
    step, touch = _next_step(), _last_touch()
    name = col(getattr(responsible, f"name_{language}"))
    since = (
        select(func.min(col(Role.since_on)))
        .where(
            col(Role.organization_id) == col(Organization.id),
            col(Role.kind) == RoleKind.PROSPECT,
            lasts(day),
        )
        .correlate(Organization)
        .scalar_subquery()
    )
    return (
        accounts(
            name.label("state"),
            Organization.name,
            Organization.id,
            Organization.segment,
            since.label("since"),
            col(Staff.name).label("owner"),
            step.c.what,
            step.c.due_on,
            col(owes.name).label("owes"),
            cast(func.timezone("UTC", touch.c.at), Date).label("touched_on"),
            touch.c.office,
            Organization.synthetic,
        )
        .outerjoin(responsible, col(responsible.code) == col(Country.member_state))
        .outerjoin(Staff, col(Staff.id) == col(Organization.owner_id))
        .outerjoin(step, true())
        .outerjoin(owes, col(owes.id) == step.c.owner_id)
        .outerjoin(touch, true())
        .where(is_prospect(day))
        .order_by(name.nulls_last(), col(Organization.name), col(Organization.id))
    )


def _next_step() -> Any:
    steps = select(col(FollowUp.what), col(FollowUp.due_on), col(FollowUp.owner_id)).where(
        col(FollowUp.organization_id) == col(Organization.id), col(FollowUp.done_at).is_(None)
    )
    return steps.order_by(col(FollowUp.due_on).nulls_last(), col(FollowUp.id)).limit(1).lateral("step")


def _last_touch() -> Any:
    touches = select(col(Interaction.at), col(Interaction.office)).where(
        col(Interaction.organization_id) == col(Organization.id),
        noticed(),
    )
    return touches.order_by(col(Interaction.at).desc(), col(Interaction.id).desc()).limit(1).lateral("touch")
