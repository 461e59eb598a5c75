"""What is at stake in a contribution round: by region, and by where its Member States go."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from crm.membership.contributions.announcements import Announcement
from crm.membership.contributions.round_standing import RoundStanding
from crm.reference.languages import known_language
from crm.reports.accounts import REGION, Place, member_states
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.contribution_round import (
    how_many_answered,
    number_of,
    round_meant,
    terms_of_round,
    title_of_round,
)
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_COLUMNS = (
    REGION,
    Column(key="direction", title="Direction"),
    Column(key="states", title="Member States", kind=ColumnKind.COUNT, summed=True),
    Column(key="units", title="Units", kind=ColumnKind.UNITS, summed=True),
    Column(key="change", title="Change of units", kind=ColumnKind.UNITS, summed=True),
    Column(key="worth", title="Worth a year", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="stake", title="Change a year", kind=ColumnKind.MONEY, currency="CHF", summed=True),
)
_BEHIND = (
    Column(key="code", title="Code"),
    Column(key="state", title="Member State"),
    Column(key="before", title="Units", kind=ColumnKind.UNITS),
    Column(key="announced", title="Announced", kind=ColumnKind.UNITS),
    Column(key="stake", title="Change a year", kind=ColumnKind.MONEY, currency="CHF", summed=True),
)
_CHARTS = (
    Chart(label="direction", value="stake", empty="No change"),
    Chart(label="direction", value="units", empty="No units"),
)


def contribution_stakes(
    reader: Reader,
    *,
    round: str | None = None,  # noqa: A002 - a round is called so everywhere
    region: str | None = None,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """What is at stake in a round in units and CHF, by region and by where the Member States go.

    Args:
        reader: reads the book.
        round: the round, by name, circular or number; the one that was opened last where none is given.
        region: only this development region, by slug or name.
        on: the day that is asked about; today where none is given.
        language: the language of the names of States and regions.
        rows: whether the Member States are read with the figures, for `rows_behind`.

    Returns:
        One row for each direction in which States of a region go; those that are silent are one.

    Raises:
        NotFound: there is no such round or region.
    """
    as_of, day, tongue = reader.store.now(), reader.day(on), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        states = {code: (area, name) for code, area, name in member_states(session, place, tongue)}
        whole = round_meant(session, round)
    standing = whole.standing(day) if whole else None
    there = [] if standing is None else [each for each in standing.states if each.state in states]
    slugs = {each.state: each.region for each in there}
    areas = {slugs[code]: area for code, (area, _) in states.items() if code in slugs}
    return Report(
        name="contribution-stakes",
        title=title_of_round("At stake", whole),
        definition="Direction: whether Member States go up or down from the class that they have, keep it, or are silent. "
        "Units: what they have before the financial period. Worth a year: the same at the unit amount of the round. Change: "
        "what they announced by the day, less what they have. A State that is silent keeps its class (unverified), and "
        "changes nothing here.",
        denominator=how_many_answered(standing, len(states)),
        as_of=as_of,
        on=day,
        filters=terms_of_round(place, whole, standing),
        columns=_COLUMNS,
        rows=tuple(_rows(standing, areas)),
        notes=synthetic(sum(each.synthetic for each in there)),
        grouped_by="region",
        chart=_CHARTS,
        behind=_behind(there, states) if rows else None,
        language=tongue.value,
    )


def _rows(standing: RoundStanding | None, areas: Mapping[str | None, str]) -> Iterator[tuple[Cell, ...]]:
    stakes = standing.by_region if standing else ()
    for region, area in areas.items():
        for stake in stakes:
            if stake.region == region:
                units, change = number_of(stake.units), number_of(stake.change)
                yield area, stake.direction.words, stake.states, units, change, stake.chf, stake.chf_change


def _behind(there: Iterable[Announcement], states: Mapping[str, tuple[str, str]]) -> Behind:
    figures = [column.key for column in _COLUMNS[2:]]
    lines = ((each, *states[each.state]) for each in there)
    rows = (
        (
            (area, each.direction.words),
            figures,
            (each.state, name, number_of(each.before), number_of(each.announced), each.chf_change),
        )
        for each, area, name in lines
    )
    return behind_of(("region", "direction"), _BEHIND, rows)
