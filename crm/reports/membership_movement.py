"""Membership movement: who joined, came back, went further, changed and left over a period, by the reasons in the ledger."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.membership.ledger_tables import Term, running
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category
from crm.reports.accounts import ACCOUNT, SHOWN, Place, accounts
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_IN = {
    "joined": "Joined",
    "returned": "Came back",
    "further": "Further Sector",
    "upgraded_to": "Upgraded to",
    "downgraded_to": "Downgraded to",
}
_OUT = {
    "upgraded_from": "Upgraded from",
    "downgraded_from": "Downgraded from",
    "denounced": "Denounced",
    "excluded": "Excluded",
}
_FIGURES = {"at_start": "At the start", **_IN, **_OUT, "at_end": "At the end"}
_CATEGORIES = {
    Category.SECTOR_MEMBER: "Sector Members",
    Category.ASSOCIATE: "Associates",
    Category.ACADEMIA: "Academia",
}


def membership_movement(
    reader: Reader,
    *,
    since: date | None = None,
    until: date | None = None,
    region: str | None = None,
    rows: bool = True,
) -> Report:
    """What became of the memberships over a period, by the reasons in the ledger.

    Args:
        reader: reads the book.
        since: the first day; the first of the year where none is given.
        until: the last day; today where none is given.
        region: only organisations based in this development region, by slug or name.
        rows: whether the organisations themselves are read with their number, for `rows_behind`.

    Returns:
        One row for each category in each Sector.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the period ends before it begins.
    """
    as_of, last = reader.store.now(), until or reader.today()
    first = since or last.replace(month=1, day=1)
    if last < first:
        raise InvalidInput(f"The period ends on {last}, before it begins.", field="until", value=last)
    with reader.store.reading() as session:
        place = Place(session, region)
        statement = _found(place, first, last)
        counted = session.execute(_counts(statement)).all()
        behind = _behind(session, statement) if rows else None
    counts = {(row.category, row.coverage, row.figure): row.memberships for row in counted}
    return Report(
        name="membership-movement",
        title="Membership movement",
        definition="A membership is a term of one category in one Sector; Academia is one for all three. Every change is "
        "counted by the event of the ledger that made it: an upgrade is neither a join nor a renewal, and a membership "
        "that goes on unchanged counts at the start and at the end alone. One that is upgraded or downgraded on its first "
        "day never was of the former category: it counts in the one that it came to, and nowhere else. Corrected: by how many corrections of the "
        "ledger within the period moved the number.",
        denominator=f"All memberships that ran at any time from {first:%d %B %Y} to {last:%d %B %Y}.",
        as_of=as_of,
        on=last,
        filters={"since": first, "until": last, **place.filters},
        columns=_columns(),
        rows=tuple(
            _row(category, coverage, counts)
            for category in _CATEGORIES
            for coverage in Coverage
            if (category is Category.ACADEMIA) == (coverage is Coverage.ALL)
        ),
        behind=behind,
        notes=synthetic(sum(row.made_up for row in counted if row.figure == "at_end")),
        grouped_by="category",
        chart=Chart(label="sector", value="at_end", empty="No membership"),
    )


def _columns() -> tuple[Column, ...]:
    figures = [
        Column(key=k, title=title, kind=ColumnKind.COUNT, summed=True) for k, title in _FIGURES.items()
    ]
    corrected = Column(key="corrected", title="Corrected", kind=ColumnKind.COUNT, summed=True)
    return (
        Column(key="category", title="Category"),
        Column(key="sector", title="Sector"),
        *figures[:-1],
        corrected,
        figures[-1],
    )


def _row(
    category: Category, coverage: Coverage, counts: Mapping[tuple[Category, Coverage, str], int]
) -> tuple[Cell, ...]:
    of = {figure: counts.get((category, coverage, figure), 0) for figure in _FIGURES}
    # What no other event explains was corrected: the figures of a row always add up.
    explained = of["at_start"] + sum(of[key] for key in _IN) - sum(of[key] for key in _OUT)
    figures = list(of.values())
    return (_CATEGORIES[category], _sector(coverage), *figures[:-1], of["at_end"] - explained, of["at_end"])


def _found(place: Place, first: date, last: date) -> Any:
    """Every membership with each figure that it counts in."""
    conditions = {"at_start": running(first - timedelta(days=1)), "at_end": running(last)}
    conditions |= _opened(first, last) | _ended(first, last)
    queries = (_of(place, figure, condition) for figure, condition in conditions.items())
    return union_all(*queries).subquery()


def _of(place: Place, figure: str, condition: ColumnElement[bool]) -> Select[Any]:
    columns = (literal(figure).label("figure"), col(Term.category), col(Term.coverage), *SHOWN)
    members = accounts(*columns, col(Term.synthetic)).join(
        Term, col(Term.organization_id) == col(Organization.id)
    )
    return place.narrowed(members.where(condition))


def _opened(first: date, last: date) -> dict[str, ColumnElement[bool]]:
    within = col(Term.since_on).between(first, last)
    earlier = aliased(Term)
    own_earlier = and_(
        col(earlier.organization_id) == col(Term.organization_id), col(earlier.since_on) < col(Term.since_on)
    )
    goes_on = or_(col(earlier.until_on).is_(None), col(earlier.until_on) >= col(Term.since_on))
    before, elsewhere = exists().where(own_earlier), exists().where(own_earlier, goes_on)
    by = {kind: and_(within, col(Term.opened_by) == kind) for kind in EventKind}
    return {
        "joined": by[EventKind.JOIN] & ~before,
        "returned": by[EventKind.JOIN] & before & ~elsewhere,
        "further": by[EventKind.FURTHER_SECTOR] | (by[EventKind.JOIN] & elsewhere),
        "upgraded_to": by[EventKind.UPGRADE],
        "downgraded_to": by[EventKind.DOWNGRADE],
    }


def _ended(first: date, last: date) -> dict[str, ColumnElement[bool]]:
    # A membership whose last day is the eve of the period was ended by an event of its first day.
    within = col(Term.until_on).between(first - timedelta(days=1), last - timedelta(days=1))
    by = {kind: and_(within, col(Term.ended_by) == kind) for kind in EventKind}
    return {
        "upgraded_from": by[EventKind.UPGRADE],
        "downgraded_from": by[EventKind.DOWNGRADE],
        "denounced": by[EventKind.DENUNCIATION],
        "excluded": by[EventKind.EXCLUSION],
    }


def _counts(found: Any) -> Select[Any]:
    made_up = func.count().filter(found.c.synthetic).label("made_up")
    keys = (found.c.category, found.c.coverage, found.c.figure)
    return select(*keys, func.count().label("memberships"), made_up).group_by(*keys)


def _behind(session: Session, found: Any) -> Behind:
    shown = (found.c[column.key] for column in ACCOUNT)
    query = select(found.c.category, found.c.coverage, found.c.figure, *shown)
    rows = session.execute(query.order_by(found.c.name, found.c.id))
    keys = (Column(key="category", title="Category"), Column(key="sector", title="Sector"))
    return behind_of(
        ("category", "sector"),
        (*ACCOUNT, *keys),
        (
            (place, (figure,), (*cells, *place))
            for category, coverage, figure, *cells in rows
            for place in [(_CATEGORIES[category], _sector(coverage))]
        ),
    )


def _sector(coverage: Coverage) -> str:
    return "all three" if coverage is Coverage.ALL else f"ITU-{coverage}"
