"""The potential of the members: what upgrades and further Sectors would come to, by region and segment, in Swiss francs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from crm.insight.potential import Potential
from crm.insight.potential_reading import Wanted, members, model_of, potentials
from crm.reference.facts import Certainty, least_sure
from crm.reference.languages import Language, known_language
from crm.reference.opportunity_stages import OpportunityKind
from crm.reference.regions import Region
from crm.reference.segment import Segment
from crm.reports.accounts import REGION
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.store.columns import chosen

_NOWHERE, _NONE = "No region", "No segment"
_Key = tuple[str | None, str | None]
"""A region and a segment, by slug."""


def potential(
    reader: Reader,
    *,
    region: str | None = None,
    segment: str | None = None,
    kind: str | None = None,
    on: date | str | None = None,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """What upgrades and further Sectors of the members would come to, by region and segment.

    Args:
        reader: reads the book.
        region: only this development region, by slug or name.
        segment: only members of this segment.
        kind: only "upgrade" or only "further_sector".
        on: the day that is asked about; today where none is given.
        language: the language of the names of regions.
        rows: whether what each member could be asked for is read with the sums, for `rows_behind`.

    Returns:
        One row a region and segment in which there is anything to ask for.

    Raises:
        NotFound: there is no such region or segment.
        InvalidInput: there is no such kind.
    """
    as_of = reader.store.now()
    day, tongue = reader.day(on), known_language(language)
    only = None if kind is None else chosen(OpportunityKind, kind, field="kind")
    with reader.store.reading() as session:
        wanted = Wanted.read(session, region=region, segment=segment, kind=only)
        model = model_of(session, day)
        found = potentials(session, members(session, day, wanted), day, kind=only, model=model)
        names = _Names.read(session, tongue)
    return Report(
        name="potential",
        title="Potential of the members",
        definition="What Associates and Sector Members would pay more each year if they became Sector Members where they "
        "are Associates, and joined the further Sectors, where they are nothing: a Sector Member as one, at the lowest class of the "
        "Sector, an Associate everywhere as an Associate. Supported: those for which something speaks. Held: those "
        "that nobody should ask now (arrears, suspended, cancelling, exempt, an application pending, asked already); "
        "they count in no other column. It is no forecast and no revenue. The points are our own choice "
        f"(potential_weights.csv, unverified). Fitted model: {model.why}.",
        denominator="Everything that Associates and Sector Members could be asked for on the day; an account counts once "
        "for each.",
        as_of=as_of,
        on=day,
        filters=names.chosen(wanted),
        columns=_COLUMNS,
        rows=tuple(_rows(found, names)),
        behind=_behind(found, names) if rows else None,
        notes=(*synthetic(sum(each.facts.synthetic for each in found)), *_caveats(found)),
        grouped_by="region",
        chart=Chart(label="segment", value="amount", empty="Nothing to ask for in"),
        language=tongue.value,
    )


_COLUMNS = (
    REGION,
    Column(key="segment", title="Segment"),
    Column(key="upgrades", title="Upgrades", kind=ColumnKind.COUNT, summed=True),
    Column(key="further", title="Further Sectors", kind=ColumnKind.COUNT, summed=True),
    Column(key="amount", title="A year", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="supported", title="Supported", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="held", title="Held", kind=ColumnKind.MONEY, currency="CHF", summed=True),
)
_BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="name", title="Organisation"),
    Column(key="ask", title="What"),
    Column(key="amount", title="A year", kind=ColumnKind.MONEY, currency="CHF"),
    Column(key="points", title="Points", kind=ColumnKind.COUNT),
    Column(key="speaks", title="Speaks for it", kind=ColumnKind.NOTE),
    Column(key="against", title="Stands against it", kind=ColumnKind.NOTE),
)


class _Names:
    """What regions and segments are called, in the order in which they stand."""

    def __init__(self, regions: Mapping[str | None, str], segments: Mapping[str | None, str]) -> None:
        self._regions = {**regions, None: _NOWHERE}
        self._segments = {**segments, None: _NONE}

    @classmethod
    def read(cls, session: Session, language: Language) -> "_Names":
        regions = session.exec(select(Region).order_by(col(Region.position)))
        segments = session.exec(select(Segment).order_by(col(Segment.position), col(Segment.slug)))
        return cls({r.slug: r.name(language) for r in regions}, {s.slug: s.name for s in segments})

    def chosen(self, wanted: Wanted) -> dict[str, Cell]:
        """What was chosen, as a report states it."""
        said = {
            "region": wanted.region and self._regions[wanted.region],
            "segment": wanted.segment and self._segments[wanted.segment],
            "kind": wanted.kind and wanted.kind.value.replace("_", " "),
        }
        return {name: value for name, value in said.items() if value}

    def of(self, key: _Key) -> tuple[str, str]:
        """The names of a region and a segment."""
        return self._regions[key[0]], self._segments[key[1]]

    def place(self, key: _Key) -> tuple[int, int]:
        """Where they stand; what has none comes last."""
        return list(self._regions).index(key[0]), list(self._segments).index(key[1])


def _rows(found: Iterable[Potential], names: _Names) -> Iterable[tuple[Cell, ...]]:
    groups: dict[_Key, list[Potential]] = defaultdict(list)
    for each in found:
        groups[_key(each)].append(each)
    for key in sorted(groups, key=names.place):
        counted: dict[str, list[Potential]] = {column.key: [] for column in _COLUMNS[2:]}
        for each in groups[key]:
            for figure in _counts_in(each):
                counted[figure].append(each)
        yield (*names.of(key), *(_figure(figure, there) for figure, there in counted.items()))


def _key(potential: Potential) -> _Key:
    return potential.facts.region, potential.facts.segment


def _counts_in(potential: Potential) -> list[str]:
    if potential.held:
        return ["held"]
    number = "upgrades" if potential.kind is OpportunityKind.UPGRADE else "further"
    return [number, "amount", *(["supported"] if potential.speaks else [])]


def _figure(figure: str, there: Sequence[Potential]) -> Cell:
    if figure in ("upgrades", "further"):
        return len(there)
    return sum((each.yearly.amount for each in there), Decimal(0))


def _behind(found: Iterable[Potential], names: _Names) -> Behind:
    return behind_of(
        ("region", "segment"),
        _BEHIND,
        ((names.of(_key(each)), _counts_in(each), _cells(each)) for each in found),
    )


def _cells(potential: Potential) -> tuple[Cell, ...]:
    speaks, against = ("; ".join(map(str, each)) for each in (potential.speaks, potential.against))
    money = potential.yearly.amount
    name, points = potential.organization, potential.points
    return (potential.organization_id, name, potential.title, money, points, speaks or None, against or None)


def _caveats(found: Sequence[Potential]) -> tuple[str, ...]:
    sure = least_sure(each.yearly.certainty for each in found) if found else Certainty.VERIFIED
    return () if sure is Certainty.VERIFIED else (f"Some of the fees that these sums rest on are {sure}.",)
