"""A portfolio: everything that a colleague keeps, found by asking the tables who refers to the staff."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.teams import TeamSeat
from crm.insight.references import Reference, references_to
from crm.reference.countries import countries_in, find_country
from crm.reference.regions import find_region
from crm.reference.segments import find_segment
from crm.shown import Shown
from crm.store.columns import at_field, id_field, json_field, personal, ref
from crm.store.records import Record

OWNS = "owner_id"
"""The column that says who keeps a record; what bears this name is handed over, in whatever table it is."""

STAYS: Mapping[str, tuple[str, str]] = {
    "interaction_staff.staff_id": ("talks", "who took part took part"),
    "letter_draft.author_id": ("letters drafted", "who drafted a letter signs it"),
    "subscription.staff_id": ("subscriptions", "everybody chooses their own reports"),
}
"""References to the staff that a hand-over leaves alone: what is told of them, and why."""

RECORDED = frozenset(
    {
        "absence.deputy_id",
        "absence.staff_id",
        "hand_over.giver_id",
        "hand_over.taker_id",
        "outbox.staff_id",
    }
)
"""References to the staff that are no part of a portfolio: what has been, whom it concerned, and who is away."""

_FINISHED = ("done_at", "closed_at")
"""The columns of which one says that a record is no longer open."""

_KINDS = {"organization": "accounts", "follow_up": "follow-ups", "opportunity": "opportunities"}


class HandOver(Record, table=True):
    """A portfolio, or a part of one, that went from one colleague to another.

    Attributes:
        giver_id: whose it was.
        taker_id: whose it became.
        moved: what was handed over, by table: the ids of the records.
        reason: why.
    """

    __tablename__ = "hand_over"
    changed_by: ClassVar[str] = "book.portfolios.hand_back, which hands over the other way round"

    id: int = id_field()
    giver_id: int = ref("staff.id")
    taker_id: int = ref("staff.id")
    moved: dict[str, list[int]] = json_field(default_factory=dict)
    reason: str = personal()
    handed_by: str
    handed_at: datetime = at_field()


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a portfolio: the accounts of a place or segment, or what an earlier hand-over moved; all, if none.

    Attributes:
        accounts: what must be true of an account.
        words: the same in words.
        ids: only these records, by table.
    """

    accounts: tuple[ColumnElement[bool], ...] = ()
    words: str = ""
    ids: Mapping[str, list[int]] | None = None

    @property
    def others(self) -> str:
        """Why the rest stays."""
        return f"they are not of the part that was asked for: {self.words}"

    @classmethod
    def of(cls, session: Session, *, region: str | None, country: str | None, segment: str | None) -> "Part":
        """The part of a portfolio with the accounts of a region, country or segment."""
        found: dict[str, ColumnElement[bool]] = {}
        if region is not None:
            area = find_region(session, region)
            found[area.name()] = col(Organization.country).in_(countries_in(area.slug))
        if country is not None:
            place = find_country(session, country)
            found[place.name()] = col(Organization.country) == place.code
        if segment is not None:
            branch = find_segment(session, segment)
            found[branch.name] = col(Organization.segment) == branch.slug
        return cls(tuple(found.values()), ", ".join(found))

    def within(self, record: Any) -> Iterator[ColumnElement[bool]]:
        """What must be true of the rows of a table."""
        if self.ids is not None:
            yield col(record.id).in_(self.ids.get(record.__tablename__, []))
        if self.accounts:
            account = col(record.id if record is Organization else record.organization_id)
            yield account.in_(select(col(Organization.id)).where(*self.accounts))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a hand-over left with the giver, and why."""

    kind: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class HandedOver(Shown):
    """What a hand-over moved, and what it did not.

    Attributes:
        id: its number, for handing back; None where nothing was written.
        giver: whose it was.
        taker: whose it became.
        moved: how many records of each kind.
        stayed: what did not move, and why.
        dry_run: whether it was only tried.
    """

    id: int | None
    giver: str
    taker: str
    moved: Mapping[str, int]
    stayed: tuple[Kept, ...]
    dry_run: bool

    def __str__(self) -> str:
        moved = told_counts(self.moved) or "nothing"
        stayed = "".join(f"\nStays: {kept.kind} {kept.count} ({kept.why})." for kept in self.stayed)
        would = "would go" if self.dry_run else "went"
        number = f" Number {self.id} hands it back." if self.id else ""
        return f"From {self.giver} to {self.taker} {would}: {moved}.{number}{stayed}"


def told_counts(counts: Mapping[str, int]) -> str:
    """How many there are of each kind, in a line."""
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


def owner_columns() -> Iterator[Reference]:
    """The columns that say who keeps a record."""
    return (reference for reference in references_to(Staff) if reference.field == OWNS)


def kind_of(record: type[Record]) -> str:
    """What the records of a table are called, where there are several."""
    table = str(record.__tablename__)
    return _KINDS.get(table, f"{table.replace('_', ' ')}s")


def kept_by(reference: Reference, giver: Staff, part: Part) -> Select[Any]:
    """The open records that a colleague keeps."""
    record: Any = reference.record
    owned = getattr(record, reference.field) == giver.id
    unfinished = (col(end).is_(None) for end in finished(record))
    return select(record).where(owned, *unfinished, *part.within(record)).order_by(col(record.id))


def seats_of(giver: Staff, part: Part) -> Select[Any]:
    """The seats that a colleague has in account teams."""
    mine = col(TeamSeat.staff_id) == giver.id, col(TeamSeat.until_on).is_(None)
    return select(TeamSeat).where(*mine, *part.within(TeamSeat)).order_by(col(TeamSeat.id))


def finished(record: Any) -> Iterator[Any]:
    """The columns of a table of which one is filled once a record is no longer open."""
    return (getattr(record, name) for name in _FINISHED if hasattr(record, name))


def remaining(session: Session, giver: Staff, part: Part) -> Iterator[Kept]:
    """What a colleague still keeps after a hand-over, and why, seats apart."""
    for reference in owner_columns():
        record: Any = reference.record
        owned = select(record).where(getattr(record, reference.field) == giver.id)
        for end in finished(record):
            yield Kept(kind_of(record), count(session, owned.where(col(end).is_not(None))), "they are done")
        if part.words:
            yield Kept(kind_of(record), count(session, kept_by(reference, giver, Part())), part.others)
    for reference in references_to(Staff):
        if str(reference) in STAYS:
            kind, why = STAYS[str(reference)]
            mine = select(reference.record).where(getattr(reference.record, reference.field) == giver.id)
            yield Kept(kind, count(session, mine), why)


def count(session: Session, query: Select[Any]) -> int:
    """How many rows a query finds."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
