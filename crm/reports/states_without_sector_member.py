"""Member States without a Sector Member: where nobody speaks for industry, and with whom one could begin."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, case, func, literal, select, union
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.membership.ledger_tables import Term, running
from crm.reference.categories import Category
from crm.reference.country import Country
from crm.reference.languages import known_language
from crm.reports.accounts import ACCOUNT, REGION, SHOWN, Place, accounts, is_prospect, member_states
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_FIGURES = {
    "sector_members": "Sector Members",
    "associates": "Associates",
    "academia": "Academia",
    "prospects": "Prospects",
}
_BY_CATEGORY = {
    Category.SECTOR_MEMBER: "sector_members",
    Category.ASSOCIATE: "associates",
    Category.ACADEMIA: "academia",
}


def states_without_sector_member(
    reader: Reader,
    *,
    region: str | None = None,
    every: bool = False,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """Member States without a Sector Member, with the Associates, Academia and prospects that are based there.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name.
        every: all Member States, those with Sector Members included.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States and regions.
        rows: whether the organisations themselves are read with their number, for `rows_behind`.

    Returns:
        One row a Member State.

    Raises:
        NotFound: there is no such region.
    """
    as_of = reader.store.now()
    day, tongue = reader.day(on), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        counted = session.execute(_counts(place, day)).all()
        counts = {(row.state, row.figure): row.organizations for row in counted}
        states = member_states(session, place, tongue)
        without = [code for code, *_ in states if not counts.get((code, "sector_members"))]
        shown = [state for state in states if every or state[0] in without]
        behind = _behind(session, place, day, {code for code, *_ in shown}) if rows else None
    return Report(
        name="states-without-sector-member",
        title="Sector Members by Member State" if every else "Member States without a Sector Member",
        definition="A Member State has a Sector Member when an organisation based there, or in a territory it answers "
        "for, is a Sector Member of any Sector on the day. An organisation counts once in each column.",
        denominator=f"{len(without)} of the {len(states)} Member States{_of(place)} have no Sector Member.",
        as_of=as_of,
        on=day,
        filters=place.filters,
        columns=(
            REGION,
            Column(key="state", title="Member State"),
            Column(key="code", title="Code"),
            *(
                Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True)
                for key, title in _FIGURES.items()
                if every or key != "sector_members"
            ),
        ),
        rows=tuple(_row(state, counts, every=every) for state in shown),
        behind=behind,
        notes=synthetic(sum(row.made_up for row in counted)),
        grouped_by="region",
        chart=Chart(
            label="state",
            value="sector_members" if every else "prospects",
            empty="No Sector Member" if every else "No prospect either",
        ),
        language=tongue.value,
    )


def _found(place: Place, day: date) -> Subquery:
    """Every member and prospect with the State it counts for and the figure it counts in."""
    state: Any = col(Country.member_state).label("state")
    shown = (*SHOWN, Organization.synthetic)
    held = case(_BY_CATEGORY, value=col(Term.category)).label("figure")
    members = accounts(state, held, *shown).join(Term, col(Term.organization_id) == col(Organization.id))
    prospects = accounts(state, literal("prospects").label("figure"), *shown).where(is_prospect(day))
    both = place.narrowed(members.where(running(day))), place.narrowed(prospects)
    return union(*both).subquery()  # an organisation counts once, however many Sectors it is a member of


def _counts(place: Place, day: date) -> Select[Any]:
    found = _found(place, day)
    made_up = func.count().filter(found.c.synthetic).label("made_up")
    query = select(found.c.state, found.c.figure, func.count().label("organizations"), made_up)
    return query.group_by(found.c.state, found.c.figure)


def _row(
    state: tuple[str, str, str], counts: Mapping[tuple[str | None, str], int], *, every: bool
) -> tuple[Cell, ...]:
    code, region, name = state
    figures = [counts.get((code, key), 0) for key in _FIGURES if every or key != "sector_members"]
    return (region, name, code, *figures)


def _behind(session: Session, place: Place, day: date, shown: set[str]) -> Behind:
    found = _found(place, day)
    query = select(found.c.state, found.c.figure, *(found.c[column.key] for column in ACCOUNT))
    query = query.where(found.c.state.in_(shown)).order_by(found.c.name, found.c.id)
    rows = session.execute(query)
    return behind_of(
        ("code",), ACCOUNT, (((state,), (figure,), tuple(cells)) for state, figure, *cells in rows)
    )


def _of(place: Place) -> str:
    return f" of the region {place.region.name()}" if place.region else ""
