"""People: contacts with their dated positions at one or several organisations."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, Index, UniqueConstraint, func
from sqlmodel import Session, col, select

from crm.directory.addresses import parse_email
from crm.directory.merged import keepers_of, refuse_merged, stands
from crm.directory.names import clean_name, normal_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.salutations import known_salutation
from crm.directory.staff import day_asked, day_said, known_time_zone
from crm.directory.tables import Organization
from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound
from crm.reference.languages import Language, known_language
from crm.store.columns import INNER, PERSONAL, at_field, choice, id_field, personal, ref
from crm.store.records import Record, by_id
from crm.store.restoring import restores
from crm.store.store import Change, Store
from crm.store.violations import means


class Person(Record, table=True):
    """A contact.

    Attributes:
        name: the full name as the person writes it, in any script.
        email: as it was given; `email_key` is the form in which addresses are compared.
        language: language of correspondence, one of the six; empty when not known.
        time_zone: IANA name; empty when not known.
        salutation: how letters in their language address them, without the comma; empty for the usual words.
        synthetic: made up for a demonstration or test.
        merged_into_id: the person that this one turned out to be; who asks for this one is led there.
        erased_at: when the person was erased; the row stays so that numbers go on pointing somewhere.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email_key", name="uq_person_email"),
        Index("ix_person_normal_name", "normal_name"),
    )
    changed_by: ClassVar[str] = "book.people.change"

    id: int = id_field()
    name: str = personal()
    normal_name: str = personal(inner=True)
    email: str | None = personal(default=None)
    email_key: str | None = personal(default=None, inner=True)
    phone: str | None = personal(default=None)
    language: Language | None = choice(
        Language, name="language", default=None, nullable=True, sa_column_kwargs=PERSONAL
    )
    time_zone: str | None = personal(default=None)
    salutation: str | None = personal(default=None)
    synthetic: bool = False
    merged_into_id: int | None = ref("person.id", optional=True)
    erased_at: datetime | None = at_field(default=None)
    created_at: datetime = at_field(sa_column_kwargs=INNER)


class Position(Record, table=True):
    """What a person does at an organisation, from when until when.

    Attributes:
        role: the function, e.g. "Head of regulatory affairs".
        focal_point: whether letters to the organisation go to this person first.
        since_on: the first day; empty when not known.
        until_on: the last day; empty while it goes on.
    """

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        Index("ix_position_since", "since_on"),
    )
    changed_by: ClassVar[str] = "book.people.leave"

    id: int = id_field()
    person_id: int = ref("person.id")
    organization_id: int = ref("organization.id")
    role: str = personal(default="")
    focal_point: bool = False
    since_on: date | None = None
    until_on: date | None = None


means(
    "uq_person_email",
    AlreadyExists,
    "Another person has this e-mail address.",
    field="email",
    hint="Find them with book.people.get.",
)
means("ck_position_order", InvalidInput, "The position would end before it begins.", field="until")

PersonKey = int | str | Person
_KNOWN = {"language": known_language, "time_zone": known_time_zone, "salutation": known_salutation}
_CHANGEABLE = frozenset({"name", "email", "phone", *_KNOWN, "synthetic"})


class People:
    """`book.people`: the contacts of the book."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: PersonKey) -> Person:
        """The person that a key means: id, e-mail address, exact name, or the object itself.

        Raises:
            NotFound: nobody answers to the key.
            Ambiguous: several do; they are listed with their addresses.
        """
        with self._store.reading() as session:
            return find_person(session, key)

    def add(
        self,
        name: str,
        *,
        email: str | None = None,
        at: OrganizationKey | None = None,
        role: str = "",
        focal_point: bool = False,
        since: date | str | None = None,
        language: str | None = None,
        **more: Any,
    ) -> Person:
        """Add a contact, with a first position if `at` names an organisation.

        Args:
            name: as the person writes it, in any script.
            email: one address.
            at: the organisation.
            role: the function there.
            focal_point: whether letters to the organisation go to this person first.
            since: the first day of the position.
            language: language of correspondence: ar, zh, en, fr, ru or es.
            **more: `phone`, `time_zone`, `salutation`, `synthetic`.

        Raises:
            InvalidInput: a value is not what it should be.
            AlreadyExists: another person has the address.
        """
        with self._store.changing("person.added") as change:
            first = None if since is None else day_said(change, since, field="since")
            fields = {"name": name, "email": email, "language": language, **more}
            person = change.add(Person.model_validate({**_values(fields), "created_at": change.now}))
            if at is not None:
                organization = find_organization(change.session, at)
                _take_up(change, person, organization, role=role, focal_point=focal_point, since_on=first)
            return person

    def change(self, key: PersonKey, *, reason: str | None = None, **fields: Any) -> Person:
        """Change `name`, `email`, `phone`, `language`, `time_zone` or `salutation` of a person."""
        with self._store.changing("person.changed", reason=reason) as change:
            person = find_person(change.session, key)
            change.about(person)
            return person.amend(_values(fields))

    def join(
        self,
        key: PersonKey,
        at: OrganizationKey,
        *,
        role: str = "",
        focal_point: bool = False,
        since: date | str | None = None,
    ) -> Position:
        """Note a further position of a person; the ones they hold go on."""
        with self._store.changing("position.taken") as change:
            first = None if since is None else day_said(change, since, field="since")
            person, organization = find_person(change.session, key), find_organization(change.session, at)
            return _take_up(change, person, organization, role=role, focal_point=focal_point, since_on=first)

    def leave(self, key: PersonKey, at: OrganizationKey, *, on: date | str) -> tuple[Position, ...]:
        """Note that a person left an organisation; the positions stay on record with their last day.

        Raises:
            NotFound: the person holds no position there.
        """
        with self._store.changing("position.left") as change:
            day = day_said(change, on)
            person, organization = find_person(change.session, key), find_organization(change.session, at)
            held = positions_of(change.session, person, on=day, organization=organization)
            if not held:
                raise NotFound(f"{person.name} holds no position at {organization.name}.", field="at")
            return tuple(position.amend({"until_on": day}) for position in held)

    def positions(self, key: PersonKey, *, on: date | str | None = None) -> tuple[Position, ...]:
        """The positions of a person on a day, or all that are on record."""
        with self._store.reading() as session:
            day = None if on is None else day_asked(self._store, session, on)
            return tuple(positions_of(session, find_person(session, key), on=day))

    def at(self, organization: OrganizationKey, *, on: date | str | None = None) -> tuple[Person, ...]:
        """Who holds a position at an organisation on a day (today): focal points first, then the longest serving."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            return tuple(people_at(session, find_organization(session, organization), on=day))


def _put_back(_: Change, person: Person, values: Mapping[str, Any]) -> None:
    refuse_merged(person)
    person.amend(_values(values))


restores(Person, "name", "email", "phone", "language", "time_zone", "salutation", through=_put_back)
restores(Position, "until_on", through=lambda _, position, values: position.amend(values))


def find_person(session: Session, key: PersonKey) -> Person:
    """Look a person up; see `People.get`."""
    key = key.id if isinstance(key, Person) else key
    if isinstance(key, int) or key.strip().isdecimal():
        found: Sequence[Person] = [row for row in [by_id(session, Person, int(key))] if row]
    elif "@" in key:
        found = session.exec(select(Person).where(Person.email_key == parse_email(key).canonical)).all()
    else:
        found = session.exec(select(Person).where(Person.normal_name == normal_name(key))).all()
    found = keepers_of(session, found)
    if found and found[0].erased_at is not None:
        raise NotFound(
            f"Person {key} was erased on {found[0].erased_at:%-d %B %Y}.", field="person", value=key
        )
    if not found:
        raise NotFound(
            f"Nobody in the book answers to {key!r}.",
            field="person",
            value=key,
            hint="Add them with book.people.add.",
        )
    if len(found) > 1:
        raise Ambiguous(
            f"{len(found)} people are called {key!r}.",
            field="person",
            value=key,
            candidates=[f"{p.id} {p.name} <{p.email or 'no address'}>" for p in found],
            hint="Use the id or the e-mail address.",
        )
    return found[0]


def held_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a position is held on a day; for queries."""
    return (col(Position.since_on).is_(None) | (col(Position.since_on) <= day)) & not_over(day)


def not_over(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a position is held on a day or will be; for queries."""
    return col(Position.until_on).is_(None) | (col(Position.until_on) >= day)


def people_at(session: Session, organization: Organization, *, on: date) -> Sequence[Person]:
    """The people who hold a position at an organisation on a day, focal points first."""
    held = func.bool_or(col(Position.focal_point))
    return session.exec(
        select(Person)
        .join(Position)
        .where(Position.organization_id == organization.id, stands(Person), held_on(on))
        .group_by(col(Person.id))
        .order_by(held.desc(), func.min(col(Position.since_on)).nulls_last(), col(Person.id))
    ).all()


def positions_of(
    session: Session, person: Person, *, on: date | None, organization: Organization | None = None
) -> Sequence[Position]:
    """The positions of a person: all that are on record, or those held on a day, at one organisation."""
    query = select(Position).where(Position.person_id == person.id)
    if on is not None:
        query = query.where(held_on(on))
    if organization is not None:
        query = query.where(Position.organization_id == organization.id)
    return session.exec(query.order_by(col(Position.since_on).nulls_first(), col(Position.id))).all()


def _take_up(change: Change, person: Person, at: Organization, **fields: Any) -> Position:
    return change.add(Position.model_validate({"person_id": person.id, "organization_id": at.id, **fields}))


def _values(fields: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fields)
    if unknown := values.keys() - _CHANGEABLE:
        raise InvalidInput(f"A person has no field {min(unknown)!r}.", field=min(unknown))
    if "name" in values:
        values["name"] = clean_name(values["name"])
        values["normal_name"] = normal_name(values["name"])
    if "email" in values:
        address = parse_email(values["email"]) if values["email"] is not None else None
        values |= {"email": address and address.original, "email_key": address and address.canonical}
    for field, known in _KNOWN.items():
        if values.get(field) is not None:
            values[field] = known(values[field])
    return values
