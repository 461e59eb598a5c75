"""`book.sector_concerns`: what each Sector works on that concerns a segment, in words that letters use.

Two short lists: what a study group works on, in the six languages, and which study group of a Sector concerns a segment
most. No source states the second; it is our own inference, and its certainty says so wherever it shows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.dates import day_of
from crm.errors import InvalidInput
from crm.reference.facts import Certainty, Fact, NamedFact, certainty
from crm.reference.languages import Language
from crm.reference.sectors import Sector
from crm.reference.segments import Segment, find_segment
from crm.reference.study_groups import StudyGroup
from crm.shown import Shown
from crm.store.store import Store
from crm.store.violations import means


class StudyGroupSubject(NamedFact, table=True):
    """What a study group works on: in each language a few words that may stand after a colon."""

    __tablename__ = "study_group_subject"

    study_group: str = Field(primary_key=True, foreign_key="study_group.code")
    certainty: Certainty = certainty()


class SectorConcern(Fact, table=True):
    """The study group of a Sector whose work concerns a segment most."""

    __tablename__ = "sector_concern"
    __table_args__ = (CheckConstraint("left(study_group, 1) = sector", name="sector"),)

    segment: str = Field(primary_key=True, foreign_key="segment.slug")
    sector: str = Field(primary_key=True, foreign_key="sector.code")
    study_group: str = Field(foreign_key="study_group_subject.study_group")
    certainty: Certainty = certainty()


means(
    "ck_sector_concern_sector",
    InvalidInput,
    "The study group belongs to another Sector.",
    field="study_group",
)


@dataclass(frozen=True, slots=True)
class Concern(Shown):
    """What a Sector works on that concerns a segment.

    Attributes:
        sector: "R", "T" or "D".
        study_group: the code of the group that works on it.
        words: what that is, by language.
        certainty: how sure it is that it concerns the segment.
    """

    sector: str
    study_group: str
    words: Mapping[Language, str]
    certainty: Certainty

    def __str__(self) -> str:
        return f"ITU-{self.sector}: {self.words[Language.ENGLISH]} ({self.study_group}, {self.certainty})"


class SectorConcerns:
    """`book.sector_concerns`: what the Sectors work on that concerns a segment."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, segment: str | Segment, *, on: date | str | None = None) -> tuple[Concern, ...]:
        """What concerns a segment, one entry for each Sector at the most: ITU-R, ITU-T, ITU-D.

        Args:
            segment: by slug or name.
            on: the day; study groups that do not exist on it say nothing. Today where none is given.

        Raises:
            NotFound: there is no such segment.
        """
        today = self._store.now().date()
        day = day_of(on or today, today=today, field="on")
        with self._store.reading() as session:
            slug = find_segment(session, segment).slug
            return concerns_on(session, day).get(slug, ())


def concerns_on(session: Session, day: date) -> dict[str, tuple[Concern, ...]]:
    """What concerns each segment on a day, in the order of the Sectors."""
    query = (
        select(SectorConcern, StudyGroupSubject, StudyGroup)
        .join(StudyGroupSubject, col(StudyGroupSubject.study_group) == col(SectorConcern.study_group))
        .join(StudyGroup, col(StudyGroup.code) == col(SectorConcern.study_group))
        .join(Sector, col(Sector.code) == col(SectorConcern.sector))
        .where(*(col(kind.retired_on).is_(None) for kind in (SectorConcern, StudyGroupSubject, StudyGroup)))
        .order_by(col(Sector.position))
    )
    found: dict[str, list[Concern]] = defaultdict(list)
    for line, subject, group in session.exec(query):
        if group.exists_on(day):
            words = {language: subject.name(language) for language in Language}
            found[line.segment].append(Concern(line.sector, line.study_group, words, line.certainty))
    return {segment: tuple(concerns) for segment, concerns in found.items()}
