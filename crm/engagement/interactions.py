"""`book.interactions`: calls, meetings, e-mails, events and notes, with their next step in one call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, TypeVar

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from crm.dates import in_utc
from crm.directory.merged import stands
from crm.directory.names import clean_text
from crm.directory.people import Person, PersonKey, find_person
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import Staff, colleague, find_staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp, plan_follow_up
from crm.errors import InvalidInput, NotFound
from crm.reference.offices import Office, find_office
from crm.shown import Shown
from crm.store.columns import at_field, choice, chosen, id_field, prose, ref
from crm.store.records import Record, by_id, each
from crm.store.store import Change, Store

P = TypeVar("P", Person, Staff)


class InteractionKind(StrEnum):
    """How the two sides met."""

    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    EVENT = "event"
    NOTE = "note"


class Interaction(Record, table=True):
    """Something that happened between an account and us.

    Attributes:
        office: which of our offices it was.
        inbound: whether they came to us.
    """

    __tablename__ = "interaction"
    __table_args__ = (Index("ix_interaction_organization_at", "organization_id", "at"),)
    changed_by: ClassVar[str] = "book.log, which adds a note beside it"

    id: int = id_field()
    kind: InteractionKind = choice(InteractionKind, name="kind")
    organization_id: int = ref("organization.id", index=False)
    at: datetime = at_field()
    summary: str = prose(personal=True)
    office: str | None = Field(default=None, foreign_key="office.code")
    inbound: bool = False
    logged_by: str
    logged_at: datetime = at_field()


class InteractionPerson(Record, table=True):
    """A contact who took part."""

    __tablename__ = "interaction_person"

    interaction_id: int = ref("interaction.id", primary_key=True, index=False)
    person_id: int = ref("person.id", primary_key=True)


class InteractionStaff(Record, table=True):
    """One of our staff who took part."""

    __tablename__ = "interaction_staff"

    interaction_id: int = ref("interaction.id", primary_key=True, index=False)
    staff_id: int = ref("staff.id", primary_key=True)


@dataclass(frozen=True, slots=True)
class Logged(Shown):
    """An interaction as it stands in the book, with all who took part and the next step."""

    interaction: Interaction
    organization: Organization
    people: tuple[Person, ...]
    staff: tuple[Staff, ...]
    next: FollowUp | None

    @property
    def id(self) -> int:
        """The id of the interaction."""
        return self.interaction.id


class Interactions:
    """`book.interactions`: log and read what happened with accounts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def log(
        self,
        kind: InteractionKind | str,
        organization: OrganizationKey,
        summary: str,
        *,
        people: PersonKey | Iterable[PersonKey] = (),
        staff: Staff | str | int | Iterable[Staff | str | int] = (),
        office: Office | str | None = None,
        at: datetime | None = None,
        inbound: bool = False,
        next: str | None = None,  # noqa: A002 - it reads as people speak: next="send the fee table"
        due: str | date | None = None,
        owner: Staff | str | int | None = None,
    ) -> Logged:
        """Log what happened with an account, and the next step, in one call and one transaction.

        Args:
            kind: call, meeting, email, event or note.
            organization: which account.
            summary: what was said, for colleagues.
            people: the contact or contacts who took part.
            staff: our staff who took part; you, where none is named and you are on the staff.
            office: which office it was; that of the first of our staff where none is named.
            at: when it happened, aware; now where no time is given.
            inbound: whether they came to us.
            next: the next step.
            due: by when: a date, "14d", "next friday", "end of month"; see `crm.dates.day_of`.
            owner: who owes it; the first of our staff, else the account manager.

        Raises:
            InvalidInput: a value is not what it should be, or a due date comes without a next step.
            NotFound: the account, a contact or a colleague is not in the book.
        """
        if due is not None and next is None:
            raise InvalidInput(
                "There is a due date but no next step.", field="next", hint='Say what is due: next="…".'
            )
        with self._store.changing("interaction.logged") as change:
            account = find_organization(change.session, organization)
            contacts = _once(find_person(change.session, key) for key in each(people))
            me = colleague(change.session, change.actor)
            ours = _once(find_staff(change.session, key) for key in each(staff)) or ([me] if me else [])
            values = {
                "kind": chosen(InteractionKind, kind, field="kind"),
                "summary": clean_text(summary, field="summary", hint="Say in a sentence what happened."),
                "at": in_utc(at or change.now, field="at"),
                "inbound": inbound,
            }
            values["office"] = (
                find_office(change.session, office).code if office else (ours[0].office if ours else None)
            )
            row = log_interaction(change, account, values, people=contacts, staff=ours)
            step = None
            if next is not None:
                owner_id = _owner(change.session, owner, ours, account)
                step = plan_follow_up(
                    change, account.id, next, due=due, owner_id=owner_id, interaction_id=row.id, planner=me
                )
            return Logged(row, account, tuple(contacts), tuple(ours), step)

    def get(self, key: int | Interaction) -> Logged:
        """An interaction with all who took part.

        Raises:
            NotFound: there is none with this id.
        """
        with self._store.reading() as session:
            return find_logged(session, key)

    def of(
        self, organization: OrganizationKey, *, since: datetime | None = None, limit: int | None = None
    ) -> tuple[Interaction, ...]:
        """What happened with an account, the newest first.

        Args:
            organization: which account.
            since: the first instant.
            limit: how many at the most, the latest of them.
        """
        with self._store.reading() as session:
            account = find_organization(session, organization)
            query = select(Interaction).where(Interaction.organization_id == account.id)
            if since is not None:
                query = query.where(col(Interaction.at) >= since)
            newest = query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())
            return tuple(session.exec(newest.limit(limit)))


def log_interaction(
    change: Change,
    account: Organization,
    values: dict[str, object],
    *,
    people: Sequence[Person] = (),
    staff: Sequence[Staff] = (),
) -> Interaction:
    """Log an interaction inside a verb."""
    fields = {**values, "organization_id": account.id, "logged_by": change.actor, "logged_at": change.now}
    row = change.add(Interaction.model_validate(fields))
    for person in people:
        change.add(InteractionPerson(interaction_id=row.id, person_id=person.id))
    for ours in staff:
        change.add(InteractionStaff(interaction_id=row.id, staff_id=ours.id))
    return row


def find_logged(session: Session, key: int | Interaction) -> Logged:
    """Look an interaction up with all who took part."""
    row = by_id(session, Interaction, key.id if isinstance(key, Interaction) else key)
    if row is None:
        raise NotFound(f"There is no interaction {key}.", field="interaction", value=str(key))
    took_part = select(Person).join(InteractionPerson).where(InteractionPerson.interaction_id == row.id)
    took_part = took_part.where(stands(Person))  # one who was merged took part under the keeper's name
    ours = select(Staff).join(InteractionStaff).where(InteractionStaff.interaction_id == row.id)
    step = select(FollowUp).where(FollowUp.interaction_id == row.id).order_by(col(FollowUp.id))
    return Logged(
        row,
        session.get_one(Organization, row.organization_id),
        tuple(session.exec(took_part.order_by(col(Person.id)))),
        tuple(session.exec(ours.order_by(col(Staff.id)))),
        session.exec(step).first(),
    )


def _once(people: Iterable[P]) -> list[P]:
    return list({person.id: person for person in people}.values())


def _owner(
    session: Session, owner: Staff | str | int | None, ours: Sequence[Staff], account: Organization
) -> int | None:
    if owner is not None:
        return find_staff(session, owner).id
    return ours[0].id if ours else account.owner_id
