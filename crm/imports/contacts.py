"""The people that a row may mean: those of the book, and those that earlier rows of its chunk are about to create."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among, keepers_of
from crm.directory.names import normal_name
from crm.directory.people import Person, Position, find_person
from crm.errors import AccordError
from crm.imports.organization_draft import NEW
from crm.imports.verdicts import Problem, ProblemKind

_FEW = 6
_FIELDS = ("name", "normal_name", "email", "email_key", "phone", "language", "time_zone")


@dataclass(slots=True)
class Post:
    """A position at an account."""

    id: int
    organization_id: int
    role: str
    focal_point: bool
    since_on: date | None
    until_on: date | None

    def values(self) -> dict[str, Any]:
        """Its fields, as its table has them."""
        return asdict(self)


@dataclass(slots=True, eq=False)
class Contact:
    """A person as far as an import needs them.

    Attributes:
        values: what a row is compared with, by field; kept up to date with what earlier rows change.
        posts: the positions, past and present.
    """

    id: int
    values: dict[str, Any]
    posts: list[Post] = field(default_factory=list)

    def is_at(self, organization_id: int | None) -> bool:
        """Whether the person holds or held a position at an account."""
        return any(post.organization_id == organization_id for post in self.posts)

    def __str__(self) -> str:
        return f"{self.id} {self.values['name']} <{self.values['email'] or 'no address'}>"


class Contacts:
    """Finds the people whom a row may mean, by address and by name."""

    def __init__(self) -> None:
        self._by_address: dict[str, Contact] = {}
        self._by_name: defaultdict[str, list[Contact]] = defaultdict(list)
        self._decided: dict[str, Contact | Problem] = {}

    def look_up(
        self, session: Session, *, addresses: set[str], names: set[str], decided: Iterable[str]
    ) -> None:
        """Find out whom the book holds; whom it held for other rows is let go."""
        said = {key: _asked(session, key) for key in decided if key != NEW}
        rows = session.exec(
            select(Person).where(col(Person.email_key).in_(addresses) | col(Person.normal_name).in_(names))
        ).all()
        asked = [one for one in said.values() if isinstance(one, Person)]
        known = _contacts(session, [*rows, *asked])
        self._by_address = {}
        self._by_name.clear()
        for row in rows:
            (keeper,) = keepers_of(session, [row])
            if row.email_key:
                self._by_address[row.email_key] = known[keeper.id]
            if known[keeper.id] not in self._by_name[row.normal_name]:
                self._by_name[row.normal_name].append(known[keeper.id])
        self._decided = {key: known[one.id] if isinstance(one, Person) else one for key, one in said.items()}
        session.expunge_all()

    def matching(
        self, name: str, *, address: str | None, at: int | None, decided: str
    ) -> Contact | Problem | None:
        """The person whom a row means; None if it is a new one, a problem if that cannot be told.

        An address decides. Without one, so does the name together with the account; a name alone only where nothing
        else is stated and one person bears it. A namesake at the same account with another address may be the same.
        """
        by_address = self._by_address.get(address) if address else None
        if decided:
            return self._as_decided(decided, by_address)
        if by_address:
            return by_address
        namesakes = self._by_name.get(normal_name(name), [])
        here = [one for one in namesakes if one.is_at(at)]
        if address:
            return _one_of(name, here, fitting=[one for one in here if one.values["email"] is None])
        return _one_of(name, namesakes, fitting=here if at else namesakes)

    def expect(self, values: Mapping[str, Any]) -> Contact:
        """Take in whom a row creates, so that the rows that follow find them."""
        contact = Contact(values["id"], {name: values[name] for name in _FIELDS})
        self._by_name[values["normal_name"]].append(contact)
        self.remember(contact)
        return contact

    def remember(self, contact: Contact) -> None:
        """Take in at which address a person is found."""
        if contact.values["email_key"]:
            self._by_address[contact.values["email_key"]] = contact

    def _as_decided(self, decided: str, by_address: Contact | None) -> Contact | Problem | None:
        said = self._decided[decided] if decided != NEW else None
        if isinstance(said, Problem) or by_address in {None, said}:
            return said
        reason = f"It was decided to be {decided!r}, and its address says that it is {by_address}."
        return Problem(ProblemKind.INVALID, "id", decided, reason, "Correct the decision or the address.")


def _one_of(
    name: str, possible: Sequence[Contact], *, fitting: Sequence[Contact]
) -> Contact | Problem | None:
    if len(fitting) == 1:
        return fitting[0]
    if not possible:
        return None
    reason = f"It cannot be told whether this is one of {len(possible)} people of the name."
    fix = "Give the e-mail address, or decide: give the id of the one that it is, or “new”."
    return Problem(ProblemKind.AMBIGUOUS, "name", name, reason, fix, tuple(map(str, possible[:_FEW])))


def _contacts(session: Session, people: Sequence[Person]) -> dict[int, Contact]:
    keepers = keepers_of(session, people)
    found = {one.id: Contact(one.id, {name: getattr(one, name) for name in _FIELDS}) for one in keepers}
    positions = session.exec(
        select(Position).where(among(col(Position.person_id), found)).order_by(col(Position.id))
    )
    for row in positions:
        post = Post(row.id, row.organization_id, row.role, row.focal_point, row.since_on, row.until_on)
        found[row.person_id].posts.append(post)
    return found


def _asked(session: Session, key: str) -> Person | Problem:
    try:
        return find_person(session, key)
    except AccordError as error:
        return Problem.of(error, field="id", value=key)
