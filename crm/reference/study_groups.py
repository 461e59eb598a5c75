"""`book.study_groups`: the study groups of the three Sectors. Each assembly renews them, so they are dated."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, Session, col, select

from crm.dates import day_of
from crm.errors import Ambiguous, NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on
from crm.store.store import Store

_KEY = re.compile(
    r"""\s* (?:(?:ITU\s*-\s*)?(?P<sector>[RTD])(?=[\s-]|SG))? [\s-]*  # "ITU-T", "T" or nothing
        (?:SG|STUDY\s+GROUP) [\s-]* (?P<number>[0-9]{1,3}) \s*     # "SG13", "SG 13" or "Study Group 13"
    """,
    re.VERBOSE | re.IGNORECASE,
)


class StudyGroup(Fact, table=True):
    """A study group, with the time in which it exists.

    Attributes:
        code: its key, e.g. "T-SG13".
        sector: "R", "T" or "D".
        number: its number in the Sector.
        title: its latest title.
        valid_from: the first day; None when no source states it.
        valid_to: the first day on which it no longer exists; None while it does.
        succeeded_by: the group that took over its work.
    """

    __tablename__ = "study_group"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="order"),
        # Deferred, so that a file may name a group before its successor.
        ForeignKeyConstraint(["succeeded_by"], ["study_group.code"], deferrable=True, initially="DEFERRED"),
    )

    code: str = Field(primary_key=True, regex="^[RTD]-SG[0-9]{1,3}$")
    sector: str = Field(foreign_key="sector.code")
    number: int = Field(ge=1)
    title: str
    valid_from: date | None = None
    valid_to: date | None = None
    succeeded_by: str | None = None
    certainty: Certainty = certainty()

    def exists_on(self, day: date) -> bool:
        """Whether the group exists on a day; an unknown start counts as always."""
        return holds_on(self, day)

    def absence_on(self, day: date) -> str | None:
        """Why the group does not exist on a day, in a sentence that names its successor; None where it does."""
        if self.exists_on(day):
            return None
        sure = " (unverified)" if self.certainty is Certainty.UNVERIFIED else ""
        if self.valid_to is None or day < self.valid_to:
            return f"{self.code} exists from {self.valid_from} on only{sure}."
        after = f"; {self.succeeded_by} took over its work" if self.succeeded_by else ""
        return f"{self.code} existed until {self.valid_to}{after}{sure}."

    def __str__(self) -> str:
        ended = f", until {self.valid_to}" if self.valid_to else ""
        after = f", then {self.succeeded_by}" if self.succeeded_by else ""
        return f"ITU-{self.sector} SG{self.number} {self.title}{ended}{after}"


def find_study_group(session: Session, key: str | StudyGroup) -> StudyGroup:
    """The study group that a key means, discontinued ones included; see `study_group_in`."""
    return study_group_in(_all(session), key)


def study_group_in(groups: Iterable[StudyGroup], key: str | StudyGroup) -> StudyGroup:
    """The study group that a key means, among those that are given.

    Args:
        groups: the groups to choose from.
        key: "T-SG13", "ITU-T SG13", "SG 13", "Study Group 13" or the group itself. Without the Sector the number
            must stand for one group only.

    Raises:
        NotFound: there is no such group; those of the same Sector or number are the candidates.
        Ambiguous: groups of several Sectors have this number.
    """
    if isinstance(key, StudyGroup):
        return key
    known = list(groups)
    match = _KEY.fullmatch(key[:100])
    sector, number = (match["sector"], int(match["number"])) if match else (None, None)
    found = [g for g in known if g.number == number and (sector is None or g.sector == sector.upper())]
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            f"{key!r} may be a group of several Sectors.",
            field="study_group",
            value=key,
            candidates=[f"{g.code} {g.title}" for g in found],
            hint="Name the Sector.",
        )
    raise NotFound(
        f"There is no study group {key[:100]!r}.",
        field="study_group",
        value=key[:100],
        candidates=[f"{g.code} {g.title}" for g in known if sector is None or g.sector == sector.upper()],
        hint='Write it as "T-SG13" or "ITU-T SG13".',
    )


class StudyGroups:
    """`book.study_groups`: look a study group up, list those of a day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[StudyGroup]:
        """Every study group that the book knows, discontinued ones included; by Sector and number."""
        with self._store.reading() as session:
            return iter(_all(session))

    def get(self, key: str | StudyGroup) -> StudyGroup:
        """A study group by code or name, e.g. "T-SG13" or "ITU-T SG13"; discontinued ones say when they ended.

        Raises:
            NotFound: there is no such group.
            Ambiguous: groups of several Sectors have this number.
        """
        with self._store.reading() as session:
            return find_study_group(session, key)

    def on(self, day: date | str, *, sector: str | None = None) -> tuple[StudyGroup, ...]:
        """The study groups that exist on a day.

        Args:
            day: the day.
            sector: "R", "T" or "D" for one Sector only.
        """
        asked = day_of(day, today=self._store.now().date(), field="day")
        return tuple(group for group in self if group.exists_on(asked) and sector in (None, group.sector))


def _all(session: Session) -> list[StudyGroup]:
    current = select(StudyGroup).where(col(StudyGroup.retired_on).is_(None))
    return list(session.exec(current.order_by(col(StudyGroup.sector), col(StudyGroup.number))).all())
