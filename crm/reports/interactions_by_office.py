"""Interactions by office and Sector: who is in touch with whom, and for which part of the membership."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, Subquery, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session, col

from crm.dates import instant
from crm.directory.tables import Organization
from crm.engagement.interactions import Interaction
from crm.errors import InvalidInput
from crm.insight.touches import noticed
from crm.membership.ledger_tables import Term, running
from crm.reference.country import Country
from crm.reference.offices import Office
from crm.reports.accounts import Place
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_YEAR = timedelta(days=365)
_NO_OFFICE = "No office on record"
_SECTORS = {"r": "ITU-R", "t": "ITU-T", "d": "ITU-D", "none": "No membership"}
_BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="day", title="Day", kind=ColumnKind.DATE),
    Column(key="kind", title="What"),
    Column(key="organization", title="Organisation"),
    Column(key="country", title="Country"),
    Column(key="logged_by", title="Logged by"),
)


def interactions_by_office(
    reader: Reader,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    region: str | None = None,
    rows: bool = True,
) -> Report:
    """Calls, meetings, e-mails and events of each office, by the Sectors that the accounts are members of.

    Args:
        reader: reads the book.
        since: the first day; a year before the last one where none is given.
        until: the last day; today where none is given.
        region: only accounts based in this development region, by slug or name.
        rows: whether the interactions themselves are read with their number, for `rows_behind`.

    Returns:
        One row an office, offices without an interaction included.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the last day lies before the first.
    """
    as_of = reader.store.now()
    last = reader.day(until, field="until")
    first = reader.day(since, field="since") if since else last - _YEAR
    if last < first:
        raise InvalidInput(f"{last} lies before {first}.", field="until", value=last)
    with reader.store.reading() as session:
        place = Place(session, region)
        met = place.narrowed(_met(first, last)).subquery()
        counted = session.execute(_counts(met)).all()
        accounts = {row.office: row.accounts for row in session.execute(_accounts(met))}
        everybody = session.scalar(select(func.count(met.c.organization_id.distinct()))) or 0
        offices = _offices(session, accounts)
        behind = _behind(session, met) if rows else None
    return Report(
        name="interactions-by-office",
        title="Interactions by office and Sector",
        definition=f"Interactions from {first:%-d %B %Y} to {last:%-d %B %Y}, notes to the file apart. One counts for a "
        "Sector when its account was a member of that Sector on the last day, so it may count for several; Academia "
        "counts for all three.",
        denominator="All interactions of the period with the accounts that the filters leave.",
        as_of=as_of,
        on=last,
        filters={"since": first, "until": last, **place.filters},
        columns=(
            Column(key="office", title="Office"),
            Column(key="interactions", title="Interactions", kind=ColumnKind.COUNT, summed=True),
            Column(key="accounts", title="Accounts", kind=ColumnKind.COUNT),
            *(
                Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True)
                for key, title in _SECTORS.items()
            ),
        ),
        rows=tuple(_rows(offices, counted, accounts)),
        stated_totals={"accounts": everybody},
        behind=behind,
        notes=synthetic(sum(row.made_up for row in counted)),
        chart=Chart(label="office", value="interactions", empty="No interaction"),
    )


def _met(first: date, last: date) -> Any:
    """The interactions of the period, each with the letters of the Sectors that its account is a member of."""
    letters = func.string_agg(col(Term.coverage), aggregate_order_by(literal(""), col(Term.coverage)))
    held = (
        select(letters)
        .where(col(Term.organization_id) == col(Organization.id), running(last))
        .correlate(Organization)
        .scalar_subquery()
    )
    return (
        select(
            col(Interaction.id),
            cast(func.timezone("UTC", col(Interaction.at)), Date).label("day"),
            col(Interaction.kind),
            col(Organization.name),
            col(Organization.country),
            col(Interaction.logged_by),
            func.coalesce(col(Interaction.office), _NO_OFFICE).label("office"),
            col(Interaction.organization_id),
            col(Organization.synthetic),
            func.coalesce(held, "").label("held"),
        )
        .join_from(Interaction, Organization, col(Organization.id) == col(Interaction.organization_id))
        .outerjoin(Country, col(Country.code) == col(Organization.country))
        .where(col(Interaction.at).between(instant(first), instant(last, end=True)))
        .where(noticed())
    )


def _counts(met: Subquery) -> Select[Any]:
    made_up = func.count().filter(met.c.synthetic).label("made_up")
    query = select(met.c.office, met.c.held, func.count().label("interactions"), made_up)
    return query.group_by(met.c.office, met.c.held)


def _accounts(met: Subquery) -> Select[Any]:
    counted = func.count(met.c.organization_id.distinct()).label("accounts")
    return select(met.c.office, counted).group_by(met.c.office)


def _offices(session: Session, found: Collection[str]) -> list[str]:
    """The codes of all offices in their order; what is on record of none comes last."""
    query = select(col(Office.code)).where(col(Office.retired_on).is_(None)).order_by(col(Office.position))
    known = list(session.scalars(query))
    former = sorted(set(found) - {*known, _NO_OFFICE})
    return [*known, *former, *([_NO_OFFICE] if _NO_OFFICE in found else [])]


def _rows(
    offices: Iterable[str], counted: Iterable[Any], accounts: Mapping[str, int]
) -> Iterator[tuple[Cell, ...]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in counted:
        for figure in _figures(row.held):
            counts[row.office][figure] += row.interactions
    for office in offices:
        figures = counts[office]
        yield (office, figures["interactions"], accounts.get(office, 0), *(figures[s] for s in _SECTORS))


def _figures(held: str) -> list[str]:
    """The columns that an interaction counts in, by the Sectors of its account."""
    return ["interactions", *(sorted(set(held.lower())) or ["none"])]


def _behind(session: Session, met: Subquery) -> Behind:
    shown = (met.c.id, met.c.day, met.c.kind, met.c.name, met.c.country, met.c.logged_by)
    query = select(met.c.office, met.c.held, *shown).order_by(met.c.day.desc(), met.c.id.desc())
    return behind_of(
        ("office",),
        _BEHIND,
        (
            ((office,), _figures(held), (number, on, kind.value, *cells))
            for office, held, number, on, kind, *cells in session.execute(query)
        ),
    )
