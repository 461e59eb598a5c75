"""Accounts going cold: whom we are losing because nobody has been in touch for longer than their tier allows."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.staff import Staff, find_staff, staff_at, zone_of
from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope
from crm.insight.cadence import kept, without_touch
from crm.outreach.attention_sources import TOUCHES
from crm.reference.country import Country
from crm.reference.offices import Office, find_office
from crm.reference.regions import Region, find_region
from crm.reports.accounts import REGION
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.store.columns import chosen

_NOBODY = "No account manager"
_NOWHERE = "No region"
_DEFINITION = (
    "An account goes cold when the last touch lies further back than the ideal days of its tier, and is cold beyond the "
    "most days. A touch is an interaction other than a note, or a letter that one of us wrote and that went out; the letter "
    "of a campaign is none. What was never touched counts from the day on which it got its account manager or was added."
)
_BEHIND = (
    Column(key="record", title="Last touch, or the account itself"),
    Column(key="account", title="Account"),
    Column(key="on", title="Day", kind=ColumnKind.DATE),
    Column(key="what", title="What"),
    Column(key="office", title="By"),
)


class GroupedBy(StrEnum):
    """What the accounts are grouped by."""

    OWNER = "owner"
    REGION = "region"


def going_cold(
    reader: Reader,
    *,
    owner: str | None = None,
    office: str | None = None,
    region: str | None = None,
    by: str = "owner",
    on: date | str | None = None,
    rows: bool = True,
) -> Report:
    """Accounts whose last touch lies further back than their tier allows, by account manager: whom we are losing.

    Args:
        reader: reads the book.
        owner: only accounts of this colleague.
        office: only accounts whose account manager belongs to this office.
        region: only accounts based in this development region, by slug or name.
        by: what they are grouped by: owner or region.
        on: the day that is asked about; today where none is given.
        rows: whether the last touches themselves are read with the figures, for `rows_behind`.

    Returns:
        One row an account, the longest without a touch first.

    Raises:
        NotFound: there is no such colleague, office or region.
        InvalidInput: they cannot be grouped by that.
    """
    as_of = reader.store.now()
    group = chosen(GroupedBy, by, field="by")
    day = reader.day(on)
    with reader.store.reading() as session:
        keeper = find_staff(session, owner) if owner else None
        bureau = find_office(session, office) if office else None
        area = find_region(session, region) if region else None
        scope = AttentionScope(
            on=day,
            zone=zone_of(session, reader.store.actor),
            touches=TOUCHES,
            staff=_whose(session, keeper, bureau),
            region=area.slug if area else None,
        )
        found = _accounts(session, scope, group)
        everything = session.scalar(select(func.count()).select_from(Organization).where(kept(scope))) or 0
    filters = {
        "owner": keeper and keeper.name,
        "office": bureau and bureau.code,
        "region": area and area.name(),
    }
    return Report(
        name="going-cold",
        title="Accounts going cold",
        definition=_DEFINITION,
        denominator="All accounts that the filters leave and somebody is to keep in touch with: those with an account "
        f"manager or a tier of their own, and all members; {everything:,} in number.",
        as_of=as_of,
        on=day,
        filters={name: value for name, value in filters.items() if value},
        columns=(*_GROUPS[group], *_COLUMNS),
        rows=tuple(_cells(row, group) for row in found),
        behind=_behind(found) if rows else None,
        notes=(*synthetic(sum(row.synthetic for row in found)), *_by_default(found)),
        grouped_by=group.value,
        chart=Chart(label="account", value="over", empty="In touch"),
    )


_OWNER = Column(key="owner", title="Account manager")
_COLUMNS = (
    Column(key="account", title="Account"),
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="tier", title="Tier"),
    Column(key="last", title="Last touch", kind=ColumnKind.DATE),
    Column(key="what", title="What"),
    Column(key="by", title="By"),
    Column(key="days", title="Days", kind=ColumnKind.COUNT),
    Column(key="over", title="Over by", kind=ColumnKind.COUNT),
    Column(key="going_cold", title="Going cold", kind=ColumnKind.COUNT, summed=True),
    Column(key="cold", title="Cold", kind=ColumnKind.COUNT, summed=True),
)

_GROUPS = {GroupedBy.OWNER: (_OWNER,), GroupedBy.REGION: (REGION, _OWNER)}
"""What stands before the other columns, the grouping one first."""


def _whose(session: Session, keeper: Staff | None, office: Office | None) -> Sequence[int] | None:
    if office is None:
        return None if keeper is None else [keeper.id]
    return [number for number in staff_at(session, office) if keeper is None or number == keeper.id]


def _accounts(session: Session, scope: AttentionScope, group: GroupedBy) -> Sequence[Any]:
    quiet = without_touch(scope).subquery()
    first = col(Staff.name) if group is GroupedBy.OWNER else col(Region.position)
    query = (
        select(
            *quiet.c,
            col(Organization.name),
            col(Organization.synthetic),
            col(Staff.name).label("owner"),
            col(Staff.office).label("owners_office"),
            Region,
        )
        .join_from(quiet, Organization, col(Organization.id) == quiet.c.organization_id)
        .outerjoin(Staff, col(Staff.id) == quiet.c.owner_id)
        .outerjoin(Country, col(Country.code) == col(Organization.country))
        .outerjoin(Region, col(Region.slug) == col(Country.region))
        .order_by(first.nulls_last(), (quiet.c.days - quiet.c.ideal_days).desc(), quiet.c.organization_id)
    )
    return session.execute(query, scope.values).all()


def _cells(row: Any, group: GroupedBy) -> tuple[Cell, ...]:
    cold = row.days > row.most_days
    return (
        *([_region(row)] if group is GroupedBy.REGION else []),
        _owner(row),
        row.name,
        row.organization_id,
        f"{row.tier} (default)" if row.by_default else row.tier,
        row.since_on if row.kind else None,
        row.kind or "never",
        row.office,
        row.days,
        row.days - row.ideal_days,
        0 if cold else 1,
        1 if cold else 0,
    )


def _owner(row: Any) -> str:
    return f"{row.owner} ({row.owners_office})" if row.owner else _NOBODY


def _region(row: Any) -> str:
    return row.Region.name() if row.Region else _NOWHERE


def _behind(found: Sequence[Any]) -> Behind:
    """The touch, or the account that had none, from which the days of each row count."""
    return behind_of(
        ("id",),
        _BEHIND,
        (
            (
                (row.organization_id,),
                ("cold" if row.days > row.most_days else "going_cold",),
                (
                    row.record or f"organization:{row.organization_id}",
                    row.name,
                    row.since_on,
                    row.kind,
                    row.office,
                ),
            )
            for row in found
        ),
    )


def _by_default(found: Sequence[Any]) -> tuple[str, ...]:
    counted = [row for row in found if row.by_default]
    if not counted:
        return ()
    tier = f"{counted[0].tier}: {counted[0].ideal_days} days ideally, {counted[0].most_days} at the most"
    return (
        f"{len(counted):,} of these accounts have no tier of their own; the default one counts ({tier}).",
    )
