"""Segments that are under-represented: members over the organisations there are, per region, against a visible threshold."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.insight.representation import FEW
from crm.reference.country import Country
from crm.reference.languages import Language, known_language
from crm.reference.populations import SegmentPopulation, populations_on
from crm.reference.regions import Region
from crm.reference.segment import Segment
from crm.reports.accounts import ACCOUNT, REGION, SHOWN, Place, accounts, holds_term
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_ON_RECORD = "on record in the book"
_HALF = Decimal("0.5")
_Key = tuple[str, str]
"""A segment and a region."""


def segments_under_represented(
    reader: Reader,
    *,
    region: str | None = None,
    threshold: Decimal | None = None,
    every: bool = False,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """Segments of the digital ecosystem whose share of members lies below a threshold, region by region.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name.
        threshold: the share below which a segment counts as under-represented, e.g. ``Decimal("0.05")``; half of the
            share over all segments and regions where none is given.
        every: all segments, those that are well represented included.
        on: the day that is asked about; today where none is given.
        language: the language of the names of regions.
        rows: whether the organisations themselves are read with their number, for `rows_behind`.

    Returns:
        One row a region and segment in which there is anybody.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the threshold is no share.
    """
    if threshold is not None and not 0 < threshold <= 1:
        hint = "0.05 is five per cent."
        raise InvalidInput(f"{threshold} is no share.", field="threshold", value=threshold, hint=hint)
    as_of = reader.store.now()
    day, tongue = reader.day(on), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        counted = session.execute(place.narrowed(_counts(day))).all()
        names = _names(session, place, tongue)
        judged = list(_judged(counted, populations_on(session, day), names))
        limit = threshold if threshold is not None else _half_of_all(judged)
        shown = [row for row in judged if every or row.below(limit)]
        behind = _behind(session, place, day, shown, names) if rows else None
    return Report(
        name="segments-under-represented",
        title="Segments by representation" if every else "Segments that are under-represented",
        definition="Members are organisations of the segment, based in the region, that hold a membership of any kind "
        "on the day. Their share is taken of the organisations that the segment has there: the latest figure that a "
        f"source states, else those {_ON_RECORD}. A segment is under-represented where the share is below "
        f"{limit:.1%}{_origin(threshold)}. Fewer than {FEW} organisations are too few to tell.",
        denominator="The organisations of each segment in each region, as the column “Counted from” says.",
        as_of=as_of,
        on=day,
        filters=place.filters | {"threshold": f"{limit:.1%}"},
        columns=_COLUMNS,
        rows=tuple((*names.of(row.key), *row.cells(limit)) for row in shown),
        behind=behind,
        notes=synthetic(sum(row.made_up for row in counted)),
        grouped_by="region",
        chart=Chart(label="segment", value="share", empty="No member"),
        language=tongue.value,
    )


_COLUMNS = (
    REGION,
    Column(key="segment", title="Segment"),
    Column(key="members", title="Members", kind=ColumnKind.COUNT, summed=True),
    Column(key="organizations", title="Organisations", kind=ColumnKind.COUNT, summed=True),
    Column(key="share", title="Share", kind=ColumnKind.SHARE),
    Column(key="verdict", title="Verdict"),
    Column(key="source", title="Counted from", kind=ColumnKind.NOTE),
)


class _Judged:
    """One segment in one region."""

    def __init__(self, key: _Key, members: int, known: int, stated: SegmentPopulation | None) -> None:
        self.key = key
        self.members = members
        # Who is a member exists, whatever a source says of the whole.
        self.population = max(stated.organizations, members) if stated else known
        self.source = f"{stated.source}, {stated.as_of:%-d %B %Y}" if stated else _ON_RECORD

    @property
    def share(self) -> Decimal:
        return Decimal(self.members) / self.population

    def below(self, limit: Decimal) -> bool:
        return self.population >= FEW and self.share < limit

    def cells(self, limit: Decimal) -> tuple[Cell, ...]:
        few = self.population < FEW
        verdict = "too few to tell" if few else "under-represented" if self.below(limit) else "represented"
        return (self.members, self.population, self.share, verdict, self.source)


def _known(*columns: Any) -> Select[Any]:
    """Begin a statement over the organisations of a segment that are based in a region."""
    query = accounts(Organization.segment, Country.region, *columns)
    return query.where(col(Organization.segment).is_not(None), col(Country.region).is_not(None))


def _counts(day: date) -> Select[Any]:
    members = func.count().filter(holds_term(day)).label("members")
    made_up = func.count().filter(col(Organization.synthetic)).label("made_up")
    query = _known(func.count().label("known"), members, made_up)
    return query.group_by(col(Organization.segment), col(Country.region))


def _judged(
    counted: Iterable[Any], stated: Mapping[_Key, SegmentPopulation], names: "_Names"
) -> Iterator[_Judged]:
    found = {(row.segment, row.region): row for row in counted}
    for region, segment in product(names.regions, names.segments):
        key = (segment, region)
        row, said = found.get(key), stated.get(key)
        if row is not None or said is not None:
            yield _Judged(key, row.members if row else 0, row.known if row else 0, said)


def _half_of_all(judged: list[_Judged]) -> Decimal:
    everybody = sum(row.population for row in judged)
    return _HALF * sum(row.members for row in judged) / everybody if everybody else Decimal(0)


def _origin(threshold: Decimal | None) -> str:
    return "" if threshold is not None else ", which is half of the share over all of them"


class _Names:
    """What segments and regions are called, in their usual order."""

    def __init__(self, segments: dict[str, str], regions: dict[str, str]) -> None:
        self.segments = segments
        self.regions = regions

    def of(self, key: _Key) -> tuple[str, str]:
        """A segment in a region as it is shown: region, segment."""
        segment, region = key
        return self.regions[region], self.segments[segment]


def _names(session: Session, place: Place, language: Language) -> _Names:
    regions = (
        [place.region] if place.region else session.scalars(select(Region).order_by(col(Region.position)))
    )
    segments = session.scalars(select(Segment).order_by(col(Segment.position), col(Segment.slug)))
    return _Names(
        {segment.slug: segment.name for segment in segments},
        {region.slug: region.name(language) for region in regions},
    )


def _behind(session: Session, place: Place, day: date, shown: Iterable[_Judged], names: _Names) -> Behind:
    keys = {row.key for row in shown}
    query = place.narrowed(_known(holds_term(day), *SHOWN))
    query = query.where(tuple_(col(Organization.segment), col(Country.region)).in_(keys))
    query = query.order_by(col(Organization.name), col(Organization.id))
    return behind_of(
        ("region", "segment"),
        ACCOUNT,
        (
            (
                names.of((segment, region)),
                ("members", "organizations") if member else ("organizations",),
                tuple(cells),
            )
            for segment, region, member, *cells in session.execute(query)
        ),
    )
