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
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.memberships import MEMBERSHIPS
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
_Kind = tuple[Category, Coverage]
_ADDED_IN = {**dict.fromkeys(_IN, ("came",)), **dict.fromkeys(_OUT, ("went",))}


def membership_movement(
    reader: Reader,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    region: str | None = None,
    rows: bool = True,
) -> Report:
    """What became of the memberships over a period, year by year, by the reasons in the ledger.

    Args:
        reader: reads the book.
        since: the first day; the first of the year where none is given.
        until: the last day; today where none is given.
        region: only organisations based in this development region, by slug or name.
        rows: whether the organisations themselves are read with their number, for `rows_behind`.

    Returns:
        For each calendar year of the period, one row for each category in each Sector.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the period ends before it begins.
    """
    as_of, last = reader.store.now(), reader.day(until, field="until")
    first = reader.day(since, field="since") if since else last.replace(month=1, day=1)
    if last < first:
        raise InvalidInput(f"The period ends on {last}, before it begins.", field="until", value=last)
    years = [str(year) for year in range(first.year, last.year + 1)]
    with reader.store.reading() as session:
        place = Place(session, region)
        statement = _found(place, first, last)
        counted = session.execute(_counts(statement)).all()
        behind = _behind(session, statement) if rows else None
    counts = {(row.year, (row.category, row.coverage), row.figure): row.memberships for row in counted}
    return Report(
        name="membership-movement",
        title="Membership movement",
        definition="A membership is a term of one category in one Sector; Academia is one for all three. Every change is "
        "counted by the event of the ledger that made it: an upgrade is neither a join nor a renewal, and a membership "
        "that goes on unchanged counts at the start and at the end alone. Came in and went out: what stands before them, added; an upgrade or a downgrade goes out of one and comes into the other. One that is upgraded or downgraded on its first "
        "day never was of the former category: it counts in the one that it came to, and nowhere else. Corrected: by how many corrections of the "
        "ledger within the year moved the number. The first and the last year are counted as far as the period goes.",
        denominator=f"All memberships that ran at any time from {first:%-d %B %Y} to {last:%-d %B %Y}.",
        as_of=as_of,
        on=last,
        filters={"since": first, "until": last, **place.filters},
        columns=_COLUMNS,
        rows=tuple(_row(year, kind, counts) for year in years for kind in MEMBERSHIPS),
        behind=behind,
        notes=synthetic(
            sum(row.made_up for row in counted if (row.year, row.figure) == (years[-1], "at_end"))
        ),
        grouped_by="year" if len(years) > 1 else None,
        apart=years[-1] if len(years) > 1 else None,
        chart=(_BY_YEAR, *_BY_MEMBERSHIP) if len(years) > 1 else _BY_MEMBERSHIP,
    )


_BY_YEAR = Chart(label="year", value="came", against="went", empty="None came in", kind=ChartKind.COLUMNS)
_BY_MEMBERSHIP = (
    Chart(label="membership", value="came", empty="None came in"),
    Chart(label="membership", value="went", empty="None went out"),
)
_ORDER = {
    "at_start": _FIGURES["at_start"],
    **_IN,
    "came": "Came in",
    **_OUT,
    "went": "Went out",
    "corrected": "Corrected",
    "at_end": _FIGURES["at_end"],
}
_KEYS = (Column(key="membership", title="Membership"), Column(key="year", title="Year"))
_COLUMNS = (
    *_KEYS,
    *(Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True) for key, title in _ORDER.items()),
)


def _row(year: str, kind: _Kind, counts: Mapping[tuple[str, _Kind, str], int]) -> tuple[Cell, ...]:
    of = {figure: counts.get((year, kind, figure), 0) for figure in _FIGURES}
    of |= {"came": sum(of[key] for key in _IN), "went": sum(of[key] for key in _OUT)}
    # What no other event explains was corrected: the figures of a row always add up.
    of["corrected"] = of["at_end"] - (of["at_start"] + of["came"] - of["went"])
    return (MEMBERSHIPS[kind], year, *(of[key] for key in _ORDER))


def _found(place: Place, first: date, last: date) -> Any:
    """Every membership with each figure that it counts in, in each calendar year of the period."""
    queries = (
        _of(place, year, figure, condition)
        for year in range(first.year, last.year + 1)
        for figure, condition in _conditions(
            max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        ).items()
    )
    return union_all(*queries).subquery()


def _conditions(first: date, last: date) -> dict[str, ColumnElement[bool]]:
    ends = {"at_start": running(first - timedelta(days=1)), "at_end": running(last)}
    return ends | _opened(first, last) | _ended(first, last)


def _of(place: Place, year: int, figure: str, condition: ColumnElement[bool]) -> Select[Any]:
    told = (literal(str(year)).label("year"), literal(figure).label("figure"))
    columns = (*told, col(Term.category), col(Term.coverage), *SHOWN)
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
    keys = (found.c.year, found.c.category, found.c.coverage, found.c.figure)
    return select(*keys, func.count().label("memberships"), made_up).group_by(*keys)


def _behind(session: Session, found: Any) -> Behind:
    shown = (found.c[column.key] for column in ACCOUNT)
    query = select(found.c.year, found.c.category, found.c.coverage, found.c.figure, *shown)
    rows = session.execute(query.order_by(found.c.year, found.c.name, found.c.id))
    return behind_of(
        tuple(key.key for key in _KEYS),
        (*ACCOUNT, *_KEYS),
        (
            (place, (figure, *_ADDED_IN.get(figure, ())), (*cells, *place))
            for year, category, coverage, figure, *cells in rows
            for place in [(MEMBERSHIPS[category, coverage], year)]
        ),
    )
