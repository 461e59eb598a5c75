"""Prospects by Member State: a row for each of the 194, zeros included, and one for what belongs to none."""

from datetime import date

from sqlalchemy import ColumnElement, func, select, union
from sqlmodel import Session, col

from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.membership.ledger_tables import Term, running
from crm.reference.countries import countries_in
from crm.reference.country import Country
from crm.reference.languages import Language, known_language
from crm.reference.regions import Region, find_region
from crm.reference.segments import Segment, find_segment
from crm.reference.spelling import plain
from crm.reports.accounts import ACCOUNT, REGION, SHOWN, accounts, is_marked, is_prospect
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.reader import Reader
from crm.reports.report import Report

NAME = "prospects-by-state"
_DEFINITION = (
    "Organisations that are marked as prospects on the day and hold no membership term then, each counted once, at the "
    "Member State responsible for the country or territory where it is based."
)
_UNASSIGNED = "Unassigned"
_BEHIND = (*ACCOUNT, Column(key="owner", title="Account manager"))
_TILES = Chart(kind=ChartKind.TILES, label="state", code="code", value="prospects", empty="No prospect")
_LARGEST = Chart(label="state", value="prospects", empty="No prospect", most=15)  # across the regions
_NOT_ASSIGNED = "unassigned: no country on record, or a territory without a responsible Member State"


def prospects_by_state(
    reader: Reader,
    *,
    region: str | None = None,
    segment: str | None = None,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """Count the prospects of each Member State.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name; without the unassigned.
        segment: only prospects of this segment.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States and regions.
        rows: whether the prospects themselves are read with their number, for `rows_behind`.

    Returns:
        One row a Member State, zeros included, and one for the unassigned.
    """
    as_of = reader.store.now()
    day = reader.day(on)
    tongue = known_language(language)
    with reader.store.reading() as session:
        area = find_region(session, region) if region else None
        part = find_segment(session, segment) if segment else None
        counted = _rows(session, _counts(session, part, day), area, tongue)
        behind = _behind(session, part, area, day) if rows else None
        made_up = _made_up(session, part, area, day)
    filters = {"region": area and area.name(tongue), "segment": part and part.name}
    return Report(
        name=NAME,
        title="Prospects by Member State",
        definition=_DEFINITION,
        denominator=_denominator(area, states=len(counted) - 1),
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=(
            REGION,
            Column(key="state", title="Member State"),
            Column(key="code", title="Code"),
            Column(key="prospects", title="Prospects", kind=ColumnKind.COUNT, summed=True),
        ),
        rows=tuple(counted),
        behind=behind,
        notes=_notes(made_up),
        grouped_by="region",
        chart=(_TILES, _LARGEST),
        language=tongue.value,
    )


def _counts(session: Session, segment: Segment | None, day: date) -> dict[str | None, int]:
    """How many prospects each Member State has; under None those of no State."""
    query = accounts(col(Country.member_state), func.count()).where(is_prospect(day), *_of(segment))
    return {state: count for state, count in session.execute(query.group_by(col(Country.member_state)))}  # noqa: C416 - dict() would take the result for a mapping


def _behind(session: Session, segment: Segment | None, area: Region | None, day: date) -> Behind:
    """The prospects themselves, each under the State that it counts for."""
    query = accounts(col(Country.member_state), *SHOWN, col(Staff.name).label("owner"))
    query = query.outerjoin(Staff, col(Staff.id) == col(Organization.owner_id))
    query = query.where(is_prospect(day), *_of(segment))
    if area is not None:
        query = query.where(col(Country.member_state).in_(countries_in(area.slug)))
    found = session.execute(query.order_by(col(Organization.name), col(Organization.id)))
    return behind_of(
        ("code",), _BEHIND, (((state,), ("prospects",), tuple(cells)) for state, *cells in found)
    )


def _rows(
    session: Session, counts: dict[str | None, int], area: Region | None, language: Language
) -> list[tuple[Cell, ...]]:
    query = select(Country, Region).join(Region, col(Region.slug) == col(Country.region))
    query = query.where(col(Country.member_state) == col(Country.code))
    if area is not None:
        query = query.where(col(Country.region) == area.slug)
    found = sorted(session.execute(query), key=lambda row: (row[1].position, plain(row[0].name(language))))
    rows: list[tuple[Cell, ...]] = [
        (region.name(language), state.name(language), state.code, counts.get(state.code, 0))
        for state, region in found
    ]
    return rows if area else [*rows, (_UNASSIGNED, _UNASSIGNED, None, counts.get(None, 0))]


def _of(segment: Segment | None) -> tuple[ColumnElement[bool], ...]:
    return () if segment is None else (col(Organization.segment) == segment.slug,)


def _denominator(area: Region | None, *, states: int) -> str:
    if area is not None:
        return f"The Member States of the region {area.name()}; {_NOT_ASSIGNED}, is not part of it."
    return f"All {states} Member States, those without a prospect included, and one row for what is {_NOT_ASSIGNED}."


def _made_up(session: Session, segment: Segment | None, area: Region | None, day: date) -> int:
    """How many of the marked organisations are synthetic themselves, or hold a synthetic membership and so do not count."""
    # Each found by itself: asked as an OR, PostgreSQL looks every prospect up in both tables.
    synthetic = union(
        select(col(Organization.id)).where(col(Organization.synthetic)),
        select(col(Term.organization_id)).where(running(day), col(Term.synthetic)),
    )
    query = accounts(func.count()).where(is_marked(day), col(Organization.id).in_(synthetic), *_of(segment))
    if area is not None:
        query = query.where(col(Country.member_state).in_(countries_in(area.slug)))
    return session.scalar(query) or 0


def _notes(made_up: int) -> tuple[str, ...]:
    said = "Synthetic demonstration data: prospects here that are made up, or do not count for a made-up membership"
    return (f"{said}: {made_up}.",) if made_up else ()
