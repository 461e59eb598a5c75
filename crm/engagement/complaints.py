"""`book.complaints`: what an account or a person has complained of, until it is resolved."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Session, col, or_, select

from crm.directory.names import clean_name, clean_text
from crm.directory.people import PersonKey, find_person
from crm.directory.resolve import OrganizationKey, find_organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.store.columns import at_field, id_field, personal, prose, ref
from crm.store.records import Record, by_id
from crm.store.store import Change, Store
from crm.store.violations import means

SPAM_REPORT = "spam report"
"""The source of a complaint that a mail provider passed on."""


class Complaint(Record, table=True):
    """What somebody complained of.

    Attributes:
        organization_id: the account; empty where a person complained for themselves alone.
        person_id: the person, where one is known.
        what: what it is about, for colleagues.
        source: how it reached us, e.g. "letter", "call", "spam report".
        resolved_at: when it was settled; while this is empty, a clearance counts it.
        outcome: what came of it.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint("organization_id IS NOT NULL OR person_id IS NOT NULL", name="somebody"),
        Index("ix_complaint_open", "organization_id", "person_id", postgresql_where="resolved_at IS NULL"),
    )
    changed_by: ClassVar[str] = "book.complaints.resolve"

    id: int = id_field()
    organization_id: int | None = ref("organization.id", optional=True)
    person_id: int | None = ref("person.id", optional=True)
    what: str = prose(personal=True)
    source: str = personal()
    recorded_by: str
    recorded_at: datetime = at_field()
    resolved_at: datetime | None = at_field(default=None)
    outcome: str = prose(personal=True, default="")


means("ck_complaint_somebody", InvalidInput, "Nobody is named who complained.", field="organization")


class Complaints:
    """`book.complaints`: record complaints, resolve them and see which are open."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        what: str,
        *,
        source: str,
        organization: OrganizationKey | None = None,
        person: PersonKey | None = None,
    ) -> Complaint:
        """Record a complaint; until it is resolved, a clearance counts it.

        Args:
            what: what it is about, for colleagues.
            source: how it reached us, e.g. "letter" or "call".
            organization: the account that complains. Where none is named the person speaks for themselves, and the
                complaint counts at every account where they hold a position.
            person: who complained, where it is known.

        Raises:
            InvalidInput: neither account nor person is named, or it does not say what it is about.
        """
        with self._store.changing("complaint.recorded") as change:
            session = change.session
            account = None if organization is None else find_organization(session, organization).id
            contact = None if person is None else find_person(session, person).id
            return record_complaint(change, account, contact, what, source=source)

    def resolve(self, key: int | Complaint, *, outcome: str) -> Complaint:
        """Note that a complaint is settled, and how.

        Raises:
            NotFound: there is no such complaint.
            Refused: it was resolved before.
        """
        with self._store.changing("complaint.resolved") as change:
            number = key.id if isinstance(key, Complaint) else key
            row = by_id(change.session, Complaint, number)
            if row is None:
                raise NotFound(f"There is no complaint {number}.", field="complaint", value=str(number))
            if row.resolved_at is not None:
                raise Refused(
                    f"It was resolved on {row.resolved_at:%-d %B %Y}.",
                    rule="complaints.once",
                    subject=row.what,
                )
            return row.amend({"resolved_at": change.now, "outcome": _told(outcome, "outcome")})

    def open(self) -> tuple[Complaint, ...]:
        """The complaints that nobody has resolved, the oldest first."""
        with self._store.reading() as session:
            waiting = select(Complaint).where(col(Complaint.resolved_at).is_(None))
            return tuple(session.exec(waiting.order_by(col(Complaint.recorded_at), col(Complaint.id))))

    def of(
        self, organization: OrganizationKey | None = None, *, person: PersonKey | None = None
    ) -> tuple[Complaint, ...]:
        """All complaints of an account, of a person, or of either; the newest first."""
        with self._store.reading() as session:
            theirs = []
            if organization is not None:
                theirs.append(Complaint.organization_id == find_organization(session, organization).id)
            if person is not None:
                theirs.append(Complaint.person_id == find_person(session, person).id)
            query = select(Complaint).where(or_(*theirs)) if theirs else select(Complaint)
            newest = col(Complaint.recorded_at).desc(), col(Complaint.id).desc()
            return tuple(session.exec(query.order_by(*newest)))


def record_complaint(
    change: Change, organization_id: int | None, person_id: int | None, what: str, *, source: str
) -> Complaint:
    """Record a complaint inside a verb."""
    values: dict[str, object] = {"organization_id": organization_id, "person_id": person_id}
    values |= {"what": _told(what, "what"), "source": clean_name(source, field="source")}
    values |= {"recorded_by": change.actor, "recorded_at": change.now}
    return change.add(Complaint.model_validate(values))


def complained_before(session: Session, person_id: int, *, source: str) -> bool:
    """Whether a complaint of this person from this source is open."""
    query = select(Complaint.id).where(
        Complaint.person_id == person_id, Complaint.source == source, col(Complaint.resolved_at).is_(None)
    )
    return session.exec(query).first() is not None


def _told(text: str, field: str) -> str:
    return clean_text(text, field=field, hint="Say in a sentence what it is.")
