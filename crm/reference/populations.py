"""`book.populations`: how many organisations a segment has in a region, as far as a source says so."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from crm.dates import day_of
from crm.errors import AlreadyExists, InvalidInput
from crm.reference.regions import find_region
from crm.reference.segments import find_segment
from crm.store.columns import id_field
from crm.store.records import Record
from crm.store.store import Store
from crm.store.violations import means


class SegmentPopulation(Record, table=True):
    """How many organisations a segment had in a region on a day, by a source. Later statements replace earlier ones.

    Attributes:
        organizations: how many.
        as_of: the day that the source speaks of.
    """

    __tablename__ = "segment_population"
    __table_args__ = (
        UniqueConstraint("segment", "region", "as_of", "source", name="uq_segment_population_statement"),
        CheckConstraint("organizations > 0", name="some"),
    )
    changed_by: ClassVar[str] = "book.populations.state"

    id: int = id_field()
    segment: str = Field(foreign_key="segment.slug")
    region: str = Field(foreign_key="region.slug")
    organizations: int
    as_of: date
    source: str = Field(min_length=1)


means(
    "uq_segment_population_statement",
    AlreadyExists,
    "The source has stated the population for that day already.",
    field="as_of",
)
means(
    "ck_segment_population_some",
    InvalidInput,
    "A population has at least one organisation.",
    field="organizations",
)


class Populations:
    """`book.populations`: state and read reference populations of segments.

    No public source gives them for the whole Union; state what a source says, and reports name it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(
        self, segment: str, *, region: str, organizations: int, source: str, as_of: date | str
    ) -> SegmentPopulation:
        """State how many organisations a segment has in a region.

        Args:
            segment: by slug or name.
            region: a development region, by slug or name.
            organizations: how many there are.
            source: who says so, e.g. a register or a study.
            as_of: the day that it speaks of.

        Raises:
            NotFound: there is no such segment or region.
            AlreadyExists: the source has said so for that day.
        """
        with self._store.changing("population.stated") as change:
            day = day_of(as_of, today=change.now.date(), field="as_of")
            values = {
                "segment": find_segment(change.session, segment).slug,
                "region": find_region(change.session, region).slug,
                "organizations": organizations,
                "as_of": day,
                "source": source.strip(),
            }
            return change.add(SegmentPopulation.model_validate(values))

    def of(self, segment: str) -> tuple[SegmentPopulation, ...]:
        """What has been stated of a segment, the newest first."""
        with self._store.reading() as session:
            query = select(SegmentPopulation).where(
                SegmentPopulation.segment == find_segment(session, segment).slug
            )
            newest = (col(SegmentPopulation.as_of).desc(), col(SegmentPopulation.id).desc())
            return tuple(session.exec(query.order_by(*newest)))


def populations_on(session: Session, day: date) -> dict[tuple[str, str], SegmentPopulation]:
    """The latest statement by a day for each segment and region."""
    query = select(SegmentPopulation).where(SegmentPopulation.as_of <= day)
    oldest_first = query.order_by(col(SegmentPopulation.as_of), col(SegmentPopulation.id))
    return {(row.segment, row.region): row for row in session.exec(oldest_first)}
