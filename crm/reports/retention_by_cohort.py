"""Retention by cohort: of those who first joined in a year, how many were still members one, two, … ten years later."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Subquery, and_, cast, func, or_, select
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.membership.ledger_tables import Term
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reports.accounts import ACCOUNT, SHOWN, Place, accounts
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.store.columns import chosen

_AFTER = (1, 2, 3, 5, 10)


def retention_by_cohort(
    reader: Reader,
    *,
    category: str | None = None,
    sector: str | None = None,
    region: str | None = None,
    on: date | str | None = None,
    rows: bool = True,
) -> Report:
    """Of the organisations that first joined in a year, how many were still members later.

    Args:
        reader: reads the book.
        category: only memberships of this category: "sector_member", "associate" or "academia".
        sector: only memberships in this Sector: "R", "T" or "D".
        region: only organisations based in this development region, by slug or name.
        on: the day that is asked about; today where none is given.
        rows: whether the organisations themselves are read with their number, for `rows_behind`.

    Returns:
        One row for each year in which somebody first joined.

    Raises:
        NotFound: there is no such region.
        InvalidInput: there is no such category or Sector.
    """
    as_of, day = reader.store.now(), reader.day(on)
    with reader.store.reading() as session:
        place = Place(session, region)
        firsts = _firsts(place, _narrowed(category, sector), day)
        cohorts = {row.cohort: row for row in session.execute(_sizes(firsts, day))}
        kept = {(row.cohort, row.after): row.members for row in session.execute(_kept(firsts, day))}
        behind = _behind(session, firsts, day) if rows else None
    filters = {"category": category, "sector": sector, **place.filters}
    return Report(
        name="retention-by-cohort",
        title="Retention by the year of joining",
        definition="A cohort is the organisations whose first membership began in the year. After n years: the share that "
        "had a membership on 31 December of the n-th year after; whoever left and came back counts where it was a "
        f"member again, and a gap is no membership. Now: on the day. {_changes(category, sector)}",
        denominator="The organisations of the cohort; a year that has not ended is left empty.",
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=_columns(),
        rows=tuple(_row(cohorts[year], kept, day) for year in sorted(cohorts)),
        behind=behind,
        notes=synthetic(sum(row.made_up for row in cohorts.values())),
        chart=Chart(label="cohort", value="share_now", empty="Nobody left", kind=ChartKind.COLUMNS),
    )


def _changes(category: str | None, sector: str | None) -> str:
    """What becomes of those who change their category or Sector, in words."""
    if category is None and sector is None:
        return "An upgrade or a further Sector is neither a loss nor a gain here."
    by = " and ".join(name for name, chosen in (("category", category), ("Sector", sector)) if chosen)
    return (
        f"Only memberships of that {by} count: the first is the first of these, and whoever has changed to another "
        f"counts as no member any more, though it may be one."
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="cohort", title="Joined in"),
        Column(key="organizations", title="Organisations", kind=ColumnKind.COUNT, summed=True),
        *(
            Column(key=f"after_{n}", title=f"After {n} year{'s' if n > 1 else ''}", kind=ColumnKind.SHARE)
            for n in _AFTER
        ),
        Column(key="now", title="Members now", kind=ColumnKind.COUNT, summed=True),
        Column(key="share_now", title="Now", kind=ColumnKind.SHARE),
    )


def _row(cohort: Any, kept: Mapping[tuple[int, int], int], day: date) -> tuple[Cell, ...]:
    def share(members: int) -> Decimal:
        return Decimal(members) / Decimal(cohort.organizations)

    shares = (
        share(kept.get((cohort.cohort, n), 0)) if date(cohort.cohort + n, 12, 31) <= day else None
        for n in _AFTER
    )
    return (str(cohort.cohort), cohort.organizations, *shares, cohort.now, share(cohort.now))


def _narrowed(category: str | None, sector: str | None) -> list[Any]:
    conditions: list[Any] = []
    if category is not None:
        conditions.append(col(Term.category) == chosen(Category, category, field="category"))
    if sector is not None:
        wanted = chosen(Coverage, sector, field="sector")
        conditions.append(or_(col(Term.coverage) == wanted, col(Term.coverage) == Coverage.ALL))
    return conditions


def _firsts(place: Place, conditions: list[Any], day: date) -> Subquery:
    """Each organisation with the year in which it first joined, and its memberships."""
    of = func.min(col(Term.since_on)).over(partition_by=col(Organization.id))
    held = accounts(
        *SHOWN,
        cast(func.extract("year", of), Integer).label("cohort"),
        col(Term.synthetic),
        col(Term.since_on),
        col(Term.until_on),
    ).join(Term, col(Term.organization_id) == col(Organization.id))
    return place.narrowed(held.where(*conditions, col(Term.since_on) <= day)).subquery()


def _runs(firsts: Subquery, day: Any) -> Any:
    return and_(firsts.c.since_on <= day, or_(firsts.c.until_on.is_(None), firsts.c.until_on >= day))


def _sizes(firsts: Subquery, day: date) -> Any:
    distinct = firsts.c.id.distinct()
    return select(
        firsts.c.cohort,
        func.count(distinct).label("organizations"),
        func.count(distinct).filter(_runs(firsts, day)).label("now"),
        func.count(distinct).filter(firsts.c.synthetic).label("made_up"),
    ).group_by(firsts.c.cohort)


def _kept(firsts: Subquery, day: date) -> Any:
    after = func.unnest(list(_AFTER)).column_valued("after")
    end = func.make_date(firsts.c.cohort + after, 12, 31)
    return (
        select(firsts.c.cohort, after.label("after"), func.count(firsts.c.id.distinct()).label("members"))
        .where(_runs(firsts, end), end <= day)
        .group_by(firsts.c.cohort, after)
    )


def _behind(session: Session, firsts: Subquery, day: date) -> Behind:
    stays = func.bool_or(_runs(firsts, day)).label("stays")
    shown = [firsts.c[column.key] for column in ACCOUNT]
    query = select(firsts.c.cohort, stays, *shown).group_by(firsts.c.cohort, *shown)
    rows = session.execute(query.order_by(firsts.c.name, firsts.c.id))
    return behind_of(
        ("cohort",),
        ACCOUNT,
        (
            ((str(cohort),), ("organizations", "now") if now else ("organizations",), tuple(cells))
            for cohort, now, *cells in rows
        ),
    )
