"""`book.reservations`: an office keeps an account for itself for a time, with a reason that everybody can read."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, and_, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, Session, col, select

from crm.dates import day_of, last_day_of
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import own_office
from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.reference.offices import Office, find_office
from crm.store.columns import at_field, id_field, personal, ref
from crm.store.records import Record
from crm.store.store import Store
from crm.store.violations import means


class Reservation(Record, table=True):
    """An account that an office keeps for itself for a time.

    Attributes:
        office: which office.
        reason: what for.
        since_on: the first day.
        until_on: the last day; after it the reservation no longer counts.
        released_at: when it was given up before its time.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        # One office at a time, whoever asks first.
        ExcludeConstraint(
            ("organization_id", "="),
            (text("daterange(since_on, until_on, '[]')"), "&&"),
            name="ex_reservation_overlap",
            where="released_at IS NULL",
            using="gist",
        ),
    )
    changed_by: ClassVar[str] = "book.reservations"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    office: str = Field(foreign_key="office.code")
    reason: str = personal()
    since_on: date
    until_on: date
    reserved_by: str
    reserved_at: datetime = at_field()
    released_at: datetime | None = at_field(default=None)


means(
    "ex_reservation_overlap",
    Refused,
    "The account has just been reserved.",
    hint="Look whose it is: book.reservations.of.",
)
means("ck_reservation_order", InvalidInput, "The reservation would end before it began.", field="until")


class Reservations:
    """`book.reservations`: keep an account for an office, and give it free again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reserve(
        self,
        key: OrganizationKey,
        *,
        reason: str,
        until: str | date,
        office: Office | str | None = None,
    ) -> Reservation:
        """Reserve an account for an office; while it lasts, a clearance tells every other office to hold.

        An office that holds the account already prolongs or shortens its reservation so.

        Args:
            key: which account; its corporate group stays free.
            reason: what for, in words that other offices can live with.
            until: the last day: a date, "2w", "3m". There is no reservation without an end.
            office: which office; yours where none is named.

        Raises:
            Refused: another office holds it; the message says which, why and until when.
            InvalidInput: there is no reason or office, or the last day is over.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("account.reserved", reason=why) as change:
            account = find_organization(change.session, key)
            today = change.now.date()
            values = {"reason": why, "until_on": last_day_of(until, today=today)}
            code = own_office(change.session, office, actor=change.actor)
            if (held := running_reservation(change.session, account, on=today)) is not None:
                _refuse_others(account, held, code)
                return held.amend(values)
            values |= {"organization_id": account.id, "office": code, "since_on": today}
            values |= {"reserved_by": change.actor, "reserved_at": change.now}
            return change.add(Reservation.model_validate(values))

    def release(self, key: OrganizationKey, *, reason: str) -> Reservation:
        """Give a reserved account free before the reservation ends; it stays on record.

        Raises:
            NotFound: nobody has reserved it.
        """
        with self._store.changing("account.released", reason=reason) as change:
            account = find_organization(change.session, key)
            held = running_reservation(change.session, account, on=change.now.date())
            if held is None:
                raise NotFound(
                    f"Nobody has reserved {account.name}.", field="organization", value=account.name
                )
            return held.amend({"released_at": change.now})

    def of(self, key: OrganizationKey, *, on: date | str | None = None) -> Reservation | None:
        """The reservation that an account is under on a day (today), if there is one."""
        with self._store.reading() as session:
            today = self._store.now().date()
            day = day_of(on or today, today=today, field="on")
            return running_reservation(session, find_organization(session, key), on=day)

    def running(self, *, office: Office | str | None = None) -> tuple[Reservation, ...]:
        """The reservations that count today, those that end first on top: all of them, or those of an office."""
        with self._store.reading() as session:
            query = select(Reservation).where(counts(self._store.now().date()))
            if office is not None:
                query = query.where(Reservation.office == find_office(session, office).code)
            return tuple(session.exec(query.order_by(col(Reservation.until_on), col(Reservation.id))))


def counts(day: date) -> ColumnElement[bool]:
    """Whether a reservation counts on a day; for queries."""
    running = col(Reservation.since_on) <= day, col(Reservation.until_on) >= day
    return and_(*running, col(Reservation.released_at).is_(None))


def running_reservation(session: Session, account: Organization, *, on: date) -> Reservation | None:
    """The reservation that an account is under on a day, if there is one."""
    return session.exec(
        select(Reservation).where(Reservation.organization_id == account.id, counts(on))
    ).first()


def _refuse_others(account: Organization, held: Reservation, office: str) -> None:
    if held.office != office:
        raise Refused(
            f"{held.office} has reserved {account.name} until {held.until_on:%-d %B %Y} ({held.reason}).",
            rule="reservations.one_at_a_time",
            subject=account.name,
            field="office",
            value=held.office,
            hint=f"Talk to {held.reserved_by}.",
        )
