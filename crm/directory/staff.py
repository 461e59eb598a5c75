"""`book.staff`: our own people: who keeps which account, and in whose hours."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import bindparam
from sqlmodel import Field, Session, col, select

from crm.dates import day_of
from crm.directory.addresses import parse_email
from crm.directory.names import clean_name, normal_name
from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound
from crm.reference.offices import Office, find_office
from crm.store.columns import id_field
from crm.store.records import Record, by_id
from crm.store.restoring import restores
from crm.store.store import Change, Store
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

    def today(self, who: int | str | Staff | None = None) -> date:
        """The day it is where a member of staff works; where you work, if nobody is named.

        Raises:
            NotFound: nobody answers to the key.
        """
        with self._store.reading() as session:
            person = self._store.actor if who is None else find_staff(session, who)
            return today_of(session, self._store.now(), person)

    def zone(self) -> tzinfo:
        """Your time zone; UTC where you are not on the staff."""
        with self._store.reading() as session:
            return zone_of(session, self._store.actor)

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
        """Note that somebody no longer works here; their accounts stay theirs until handed over.

        `book.portfolios.of` says what they still keep, and `book.hand_over` gives it to a colleague.
        """
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
        everybody = session.exec(select(Staff).order_by(col(Staff.id)))
        found = [row for row in everybody if normal_name(row.name) == normal_name(key)]
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


# Made once: nearly every verb asks for the one who acts.
_OF_ADDRESS = select(Staff).where(Staff.email == bindparam("address"))


def colleague(session: Session, actor: str) -> Staff | None:
    """The member of staff whom the trail names so; None for a job, and for who is not on the staff."""
    return session.exec(_OF_ADDRESS, params={"address": actor.casefold()}).first()


def staff_at(session: Session, office: Office) -> Sequence[int]:
    """The ids of all who belong to an office, those who no longer work here included: their accounts are still theirs."""
    return session.exec(select(Staff.id).where(Staff.office == office.code).order_by(col(Staff.id))).all()


def zone_of(session: Session, *who: Staff | int | str | None) -> tzinfo:
    """The time zone of the first of these who is on the staff; UTC where none is, as for a job.

    Args:
        session: the session of the verb.
        *who: members of staff, their ids, or actors as the trail names them.
    """
    for one in who:
        found = colleague(session, one) if isinstance(one, str) else _staff(session, one)
        if found is not None:
            return ZoneInfo(found.time_zone)
    return UTC


def today_of(session: Session, now: datetime, *who: Staff | int | str | None) -> date:
    """The day that people mean by "today": the one where they work.

    What a job does of itself has no such day; it counts in UTC, unless somebody is named for whom it acts.

    Args:
        session: the session of the verb.
        now: the present instant.
        *who: whose day it is, the first who is on the staff; see `zone_of`.
    """
    return now.astimezone(zone_of(session, *who)).date()


def day_said(change: Change, when: date | str | None, *, field: str = "on") -> date:
    """The day that somebody means who changes the book, as of where they work; today where none is named.

    Args:
        change: the verb under way.
        when: a day as `day_of` reads it.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is no day.
    """
    return _day(change.session, when, now=change.now, actor=change.actor, field=field)


def day_asked(store: Store, session: Session, when: date | str | None, *, field: str = "on") -> date:
    """The day that somebody means who reads the book, as of where they work; today where none is named.

    Args:
        store: the door to the database.
        session: the session of the read.
        when: a day as `day_of` reads it.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is no day.
    """
    return _day(session, when, now=store.now(), actor=store.actor, field=field)


def _day(session: Session, when: date | str | None, *, now: datetime, actor: str, field: str) -> date:
    if isinstance(when, date):
        return day_of(when, today=when, field=field)
    today = today_of(session, now, actor)
    return day_of(when or today, today=today, field=field)


def _staff(session: Session, who: Staff | int | None) -> Staff | None:
    return by_id(session, Staff, who) if isinstance(who, int) else who


def speaking_office(session: Session, office: Office | str | None, *, actor: str) -> str | None:
    """The code of the office that somebody speaks for: the one that is named, else their own.

    Args:
        session: the session of the verb.
        office: an office by code or name.
        actor: who it is; their office counts where none is named.

    Returns:
        None where no office is named and the actor is not on the staff.
    """
    if office is not None:
        return find_office(session, office).code
    return session.exec(select(Staff.office).where(Staff.email == actor.casefold())).first()


def own_office(session: Session, office: Office | str | None, *, actor: str) -> str:
    """The code of the office that somebody acts for; see `speaking_office`.

    Raises:
        InvalidInput: no office is named, and the actor is not on the staff.
    """
    code = speaking_office(session, office, actor=actor)
    if code is None:
        raise InvalidInput(
            "For which office? You are not on the staff.", field="office", hint='Name it: office="BDT".'
        )
    return code


# Every call walks through the files of the whole time-zone database.
_time_zones = cache(available_timezones)


def known_time_zone(name: str) -> str:
    """The name of a time zone, if the time-zone database knows it."""
    if name not in _time_zones():
        raise InvalidInput(
            f"There is no time zone {name!r}.",
            field="time_zone",
            value=name,
            hint="Use an IANA name such as Europe/Zurich.",
        )
    return name
