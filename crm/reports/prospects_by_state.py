"""Prospects by Member State: a row for each of the 194, zeros included, and one for what belongs to none."""

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlmodel import Session, col

from crm.directory.roles import Role, RoleKind
from crm.directory.tables import Organization
from crm.membership.ledger import Term
from crm.reference.country import Country
from crm.reference.languages import Language, known_language
from crm.reference.regions import Region, find_region
from crm.reference.segments import Segment, find_segment
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.report import Report
from crm.store.store import Store

NAME = "prospects-by-state"
_DEFINITION = (
    "Organisations that are marked as prospects on the day and hold no membership term then, each counted once, at the "
    "Member State responsible for the country or territory where it is based."
)
_UNASSIGNED = "Unassigned"
_NOT_ASSIGNED = "unassigned: no country on record, or a territory without a responsible Member State"


def prospects_by_state(
    store: Store,
    *,
    region: str | None = None,
    segment: str | None = None,
    on: date | None = None,
    language: str = "en",
) -> Report:
    """Count the prospects of each Member State.

    Args:
        store: the door to the database.
        region: only this development region, by slug or name; without the unassigned.
        segment: only prospects of this segment.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States and regions.

    Returns:
        One row a Member State, zeros included, and one for the unassigned.
    """
    as_of = store.now()
    day = on or as_of.date()
    tongue = known_language(language)
    with store.reading() as session:
        area = find_region(session, region) if region else None
        part = find_segment(session, segment) if segment else None
        counts = _counts(session, part, day)
        rows = _rows(session, counts, area, tongue)
        notes = _notes(session)
    filters = {"region": area and area.name(tongue), "segment": part and part.name}
    return Report(
        name=NAME,
        title="Prospects by Member State",
        definition=_DEFINITION,
        denominator=_denominator(area),
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=(
            Column(key="region", title="Region"),
            Column(key="state", title="Member State"),
            Column(key="code", title="Code"),
            Column(key="prospects", title="Prospects", kind=ColumnKind.COUNT, summed=True),
        ),
        rows=tuple(rows),
        notes=notes,
        grouped_by="region",
        chart=Chart(label="state", value="prospects", empty="No prospect"),
        language=tongue.value,
    )


def prospects(day: date) -> Select[Any]:
    """The organisations that count as prospects on a day: a statement of their ids, for this report and its tests."""
    holds_term = exists().where(
        col(Term.organization_id) == col(Organization.id),
        col(Term.since_on) <= day,
        or_(col(Term.until_on).is_(None), col(Term.until_on) >= day),
    )
    marked = and_(
        col(Role.kind) == RoleKind.PROSPECT,
        col(Role.since_on) <= day,
        or_(col(Role.until_on).is_(None), col(Role.until_on) >= day),
    )
    return (
        select(col(Organization.id))
        .join(Role, col(Role.organization_id) == col(Organization.id))
        .where(marked, ~holds_term)
    )


def _counts(session: Session, segment: Segment | None, day: date) -> dict[str | None, int]:
    """How many prospects each Member State has; under None those of no State."""
    query = prospects(day).with_only_columns(
        col(Country.member_state), func.count(col(Organization.id).distinct())
    )
    query = query.outerjoin(Country, col(Country.code) == col(Organization.country))
    if segment is not None:
        query = query.where(col(Organization.segment) == segment.slug)
    return {state: count for state, count in session.execute(query.group_by(col(Country.member_state)))}  # noqa: C416 - dict() would take the result for a mapping


def _rows(
    session: Session, counts: dict[str | None, int], area: Region | None, language: Language
) -> list[tuple[Cell, ...]]:
    query = select(Country, Region).join(Region, col(Region.slug) == col(Country.region))
    query = query.where(col(Country.member_state) == col(Country.code))
    if area is not None:
        query = query.where(col(Country.region) == area.slug)
    found = sorted(session.execute(query), key=lambda row: (row[1].position, row[0].name(language)))
    rows: list[tuple[Cell, ...]] = [
        (region.name(language), state.name(language), state.code, counts.get(state.code, 0))
        for state, region in found
    ]
    return rows if area else [*rows, (_UNASSIGNED, _UNASSIGNED, None, counts.get(None, 0))]


def _denominator(area: Region | None) -> str:
    if area is not None:
        return f"The Member States of the region {area.name()}; {_NOT_ASSIGNED}, is not part of it."
    return (
        f"All 194 Member States, those without a prospect included, and one row for what is {_NOT_ASSIGNED}."
    )


def _notes(session: Session) -> tuple[str, ...]:
    made_up = select(func.count()).where(col(Term.synthetic))
    if session.scalar(made_up):
        return ("Synthetic demonstration data: the memberships in this book are made up.",)
    return ()
