"""Coverage by office: which accounts each office keeps, and which of them it has been in touch with lately."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Subquery, func, or_, select
from sqlmodel import Session, col

from crm.dates import instant
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction
from crm.errors import InvalidInput
from crm.insight.touches import noticed
from crm.reference.offices import Office
from crm.reports.accounts import ACCOUNT, SHOWN, Place, accounts, holds_term, is_prospect
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_NOBODY = "No account manager"
_FIGURES = {
    "accounts": "Accounts",
    "members": "Members",
    "prospects": "Prospects",
    "touched": "Touched",
    "overdue": "With an overdue step",
}


def coverage_by_office(
    reader: Reader,
    *,
    region: str | None = None,
    days: int = 90,
    on: date | str | None = None,
    rows: bool = True,
) -> Report:
    """The accounts of each office by their account manager: members, prospects, touched lately, with overdue steps.

    Args:
        reader: reads the book.
        region: only accounts based in this development region, by slug or name.
        days: an account is touched when its office met it in so many days up to the day.
        on: the day that is asked about; today where none is given.
        rows: whether the accounts themselves are read with their number, for `rows_behind`.

    Returns:
        One row an office, offices without an account included, and one for the accounts that nobody keeps.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the number of days makes no sense.
    """
    if days < 1:
        raise InvalidInput(f"{days} days are none.", field="days", value=days, hint="Give at least 1.")
    as_of = reader.store.now()
    day = reader.day(on)
    with reader.store.reading() as session:
        place = Place(session, region)
        kept = place.narrowed(_kept(day, days)).subquery()
        counted = {row.office: row for row in session.execute(_counts(kept))}
        offices = _offices(session, counted)
        behind = _behind(session, kept) if rows else None
    return Report(
        name="coverage-by-office",
        title="Coverage by office",
        definition="Accounts are organisations that are members or prospects on the day; each counts for the office of its "
        f"account manager. Touched: that office had an interaction with it, notes apart, in the {days} days up to the "
        "day. An overdue step is an open follow-up that was due before the day.",
        denominator="All accounts that the filters leave; shares are of the accounts of the office.",
        as_of=as_of,
        on=day,
        filters={"days": days, **place.filters},
        columns=(
            Column(key="office", title="Office"),
            *(Column(key=k, title=t, kind=ColumnKind.COUNT, summed=True) for k, t in _FIGURES.items()),
            Column(key="share", title="Touched, share", kind=ColumnKind.SHARE),
        ),
        rows=tuple(_row(office, counted.get(office)) for office in offices),
        behind=behind,
        notes=synthetic(sum(row.made_up for row in counted.values())),
        chart=Chart(label="office", value="accounts", empty="No account"),
    )


def _kept(day: date, days: int) -> Select[Any]:
    """Every account with the office of its account manager, and what that office has done about it."""
    met = (
        select(col(Interaction.id))
        .where(
            col(Interaction.organization_id) == col(Organization.id),
            col(Interaction.office) == col(Staff.office),
            noticed(),
            col(Interaction.at) >= instant(day - timedelta(days=days)),
            col(Interaction.at) < instant(day + timedelta(days=1)),
        )
        .correlate(Organization, Staff)
    )
    owed = (
        select(col(FollowUp.id))
        .where(
            col(FollowUp.organization_id) == col(Organization.id),
            col(FollowUp.done_at).is_(None),
            col(FollowUp.due_on) < day,
        )
        .correlate(Organization)
    )
    member = holds_term(day)
    return (
        accounts(
            *SHOWN,
            func.coalesce(col(Staff.office), _NOBODY).label("office"),
            member.label("member"),
            met.exists().label("touched"),
            owed.exists().label("overdue"),
            Organization.synthetic,
        )
        .outerjoin(Staff, col(Staff.id) == col(Organization.owner_id))
        .where(or_(member, is_prospect(day)))
    )


def _counts(kept: Subquery) -> Select[Any]:
    columns = kept.c
    figures = {
        "accounts": func.count(),
        "members": func.count().filter(columns.member),
        "prospects": func.count().filter(~columns.member),
        "touched": func.count().filter(columns.touched),
        "overdue": func.count().filter(columns.overdue),
        "made_up": func.count().filter(columns.synthetic),
    }
    return select(columns.office, *(count.label(name) for name, count in figures.items())).group_by(
        columns.office
    )


def _offices(session: Session, counted: Iterable[str]) -> list[str]:
    """The codes of all offices in their order; what nobody keeps comes last."""
    query = select(col(Office.code)).where(col(Office.retired_on).is_(None)).order_by(col(Office.position))
    known = list(session.scalars(query))
    return [*known, *sorted(set(counted) - {*known, _NOBODY}), _NOBODY]


def _row(office: str, counts: Any) -> tuple[Cell, ...]:
    if counts is None:
        return (office, *(0 for _ in _FIGURES), None)
    share = Decimal(counts.touched) / counts.accounts if office != _NOBODY else None
    return (office, *(getattr(counts, figure) for figure in _FIGURES), share)


def _behind(session: Session, kept: Subquery) -> Behind:
    shown = (kept.c[column.key] for column in ACCOUNT)
    query = select(kept.c.office, kept.c.member, kept.c.touched, kept.c.overdue, *shown)
    found = session.execute(query.order_by(kept.c.name, kept.c.id))
    return behind_of(
        ("office",),
        ACCOUNT,
        (
            ((office,), _counts_in(member=member, touched=touched, overdue=overdue), tuple(cells))
            for office, member, touched, overdue, *cells in found
        ),
    )


def _counts_in(*, member: bool, touched: bool, overdue: bool) -> list[str]:
    flags = {"members": member, "prospects": not member, "touched": touched, "overdue": overdue}
    return ["accounts", *(figure for figure, applies in flags.items() if applies)]
