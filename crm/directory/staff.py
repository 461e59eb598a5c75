"""`book.staff`: our own people: who keeps which account, and in whose hours."""

from collections.abc import Iterator
from typing import ClassVar
from zoneinfo import available_timezones

from sqlmodel import Field, Session, col, select

from crm.directory.addresses import parse_email
from crm.directory.names import clean_name, normal_name
from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound
from crm.reference.offices import Office, find_office
from crm.store.columns import id_field
from crm.store.records import Record, by_id
from crm.store.restoring import restores
from crm.store.store import Store
from crm.store.violations import means


class Staff(Record, table=True):
    """One of our own people; `active` says whether mail may be shown to them and work given to them."""

    __tablename__ = "staff"
    changed_by: ClassVar[str] = "book.staff.retire"

    id: int = id_field()
    name: str
    email: str = Field(unique=True)
    title: str = ""
    office: str = Field(foreign_key="office.code", index=True)
    time_zone: str = "Europe/Zurich"
    active: bool = True


means("uq_staff_email", AlreadyExists, "A member of staff has this e-mail address already.", field="email")
restores(Staff, "active", through=lambda _, row, values: row.amend(values))


class StaffFacet:
    """`book.staff`: our own people."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Staff]:
        """Everybody, by name."""
        with self._store.reading() as session:
            return iter(session.exec(select(Staff).order_by(Staff.name)).all())

    def get(self, key: int | str | Staff) -> Staff:
        """A member of staff by id, e-mail address, exact name, or the object itself.

        Raises:
            NotFound: nobody answers to the key.
            Ambiguous: several do.
        """
        with self._store.reading() as session:
            return find_staff(session, key)

    def add(
        self,
        name: str,
        *,
        email: str,
        office: str | Office,
        title: str = "",
        time_zone: str = "Europe/Zurich",
    ) -> Staff:
        """Add a member of staff.

        Args:
            name: as it stands under a letter.
            email: the address at which answers reach them.
            office: the office they belong to.
            title: their function, as it stands under a letter.
            time_zone: an IANA name, e.g. "Africa/Addis_Ababa".
        """
        values = {"name": clean_name(name), "email": parse_email(email).canonical, "title": title}
        values["time_zone"] = known_time_zone(time_zone)
        with self._store.changing("staff.added") as change:
            values["office"] = find_office(change.session, office).code
            return change.add(Staff.model_validate(values))

    def retire(self, key: int | str | Staff, *, reason: str) -> Staff:
        """Note that somebody no longer works here; their accounts stay theirs until handed over."""
        with self._store.changing("staff.retired", reason=reason) as change:
            return find_staff(change.session, key).amend({"active": False})


def find_staff(session: Session, key: int | str | Staff) -> Staff:
    """Look a member of staff up; see `StaffFacet.get`."""
    if isinstance(key, Staff):
        key = key.id
    if isinstance(key, int) or key.isdecimal():
        found = [row for row in [by_id(session, Staff, int(key))] if row]
    elif "@" in key:
        found = list(session.exec(select(Staff).where(col(Staff.email) == parse_email(key).canonical)).all())
    else:
        found = [
            row for row in session.exec(select(Staff)).all() if normal_name(row.name) == normal_name(key)
        ]
    if not found:
        raise NotFound(
            f"Nobody on the staff answers to {key!r}.",
            field="staff",
            value=key,
            hint="Add them with book.staff.add.",
        )
    if len(found) > 1:
        raise Ambiguous(
            f"Several members of staff are called {key!r}.", candidates=[f"{s.id} {s.email}" for s in found]
        )
    return found[0]


def known_time_zone(name: str) -> str:
    """The name of a time zone, if the time-zone database knows it."""
    if name not in available_timezones():
        raise InvalidInput(
            f"There is no time zone {name!r}.",
            field="time_zone",
            value=name,
            hint="Use an IANA name such as Europe/Zurich.",
        )
    return name
