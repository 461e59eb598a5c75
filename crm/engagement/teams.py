"""`book.teams`: the offices that work with an account, who sits there for them, and which of them leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, CompoundSelect, Index, exists, union_all
from sqlalchemy import select as columns
from sqlmodel import Field, Session, col, or_, select

from crm.dates import day_of
from crm.directory.merged import stands
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import Staff, day_said, find_staff
from crm.directory.tables import Organization
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.reference.offices import Office, find_office
from crm.shown import Shown
from crm.store.columns import id_field, ref
from crm.store.records import Record
from crm.store.store import Change, Store
from crm.store.violations import means

_A_DAY = timedelta(days=1)


class TeamSeat(Record, table=True):
    """A seat of an office in the team of an account, from when until when.

    Attributes:
        office: whose seat it is.
        staff_id: who sits there; empty where the office has named nobody.
        lead: whether its office leads the team.
        since_on: the first day.
        until_on: the last day; empty while it goes on. A seat that is given up on its first day has covered no day.
    """

    __tablename__ = "team_seat"
    __table_args__ = (
        CheckConstraint("until_on >= since_on - 1", name="order"),
        Index(
            "uq_team_seat_open",
            "organization_id",
            "office",
            "staff_id",
            unique=True,
            postgresql_where="until_on IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_team_seat_lead", "organization_id", unique=True, postgresql_where="lead AND until_on IS NULL"
        ),
    )
    changed_by: ClassVar[str] = "book.teams"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    office: str = Field(foreign_key="office.code", index=True)
    staff_id: int | None = ref("staff.id", optional=True)
    lead: bool = False
    since_on: date
    until_on: date | None = None


means("uq_team_seat_open", AlreadyExists, "That seat is taken already.", field="office")
means("uq_team_seat_lead", Refused, "Another office has just taken the lead.", hint="Look at the team again.")
means("ck_team_seat_order", InvalidInput, "The seat would end before it began.", field="on")


@dataclass(frozen=True, slots=True)
class Lead(Shown):
    """Who leads the work with an account.

    Attributes:
        office: the code of the leading office.
        staff: whom to turn to there; None where nobody is named.
    """

    office: str
    staff: Staff | None


class Teams:
    """`book.teams`: who works with which account.

    The office that leads is that of the lead seat, else that of the account manager. Whom to turn to there is the
    account manager, where they belong to that office, else whoever sits on the lead seat. So seats and account manager
    cannot contradict each other: a new account manager of the same office needs no new seat, and one of another office
    does not take the lead along, which is decided with ``join(…, lead=True)``.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def join(
        self,
        key: OrganizationKey,
        *,
        office: Office | str,
        staff: Staff | str | int | None = None,
        lead: bool = False,
        since: date | str | None = None,
    ) -> TeamSeat:
        """Give an office a seat in the team of an account; one that has the seat already may be given the lead.

        Args:
            key: which account.
            office: which office, by code or name.
            staff: who sits there for it, if it names somebody; one of its own.
            lead: whether the office leads from now on; the one that led keeps its seat.
            since: the first day; today where none is given.

        Raises:
            AlreadyExists: the seat is taken already.
            Refused: the member of staff belongs to another office, or no longer works here.
        """
        with self._store.changing("team.joined") as change:
            first = None if since is None else day_said(change, since, field="since")
            account = find_organization(change.session, key)
            code = find_office(change.session, office).code
            member = None if staff is None else _member(change.session, staff, code).id
            held = next(iter(_seats(change.session, account, office=code, staff_id=member)), None)
            if lead:
                _take_lead(change.session, account, held)
            if lead and held is not None:
                return held
            return _seat(change, account.id, code, member, lead=lead, since=first)

    def leave(
        self,
        key: OrganizationKey,
        *,
        office: Office | str,
        staff: Staff | str | int | None = None,
        on: date | str | None = None,
    ) -> tuple[TeamSeat, ...]:
        """Note that an office, or one of its people, no longer works with an account; the seats stay on record.

        Args:
            key: which account.
            office: which office.
            staff: only the seat of this member of staff; all seats of the office where nobody is named.
            on: the last day; yesterday where none is given, so that the seat is free at once.

        Raises:
            NotFound: there is no such seat.
        """
        with self._store.changing("team.left") as change:
            last = None if on is None else day_said(change, on)
            account = find_organization(change.session, key)
            code = find_office(change.session, office).code
            seats = _seats(change.session, account, office=code)
            if staff is not None:
                member = find_staff(change.session, staff)
                seats = [seat for seat in seats if seat.staff_id == member.id]
            if not seats:
                raise NotFound(f"{code} has no such seat at {account.name}.", field="office", value=code)
            return tuple(seat.amend({"until_on": last or _last_day(change, seat)}) for seat in seats)

    def of(self, key: OrganizationKey, *, on: date | str | None = None) -> tuple[TeamSeat, ...]:
        """The seats in the team of an account on a day (today), the lead first."""
        with self._store.reading() as session:
            day = self._day(on)
            account = find_organization(session, key)
            query = select(TeamSeat).where(TeamSeat.organization_id == account.id, seated(day))
            return tuple(
                session.exec(query.order_by(col(TeamSeat.lead).desc(), TeamSeat.office, col(TeamSeat.id)))
            )

    def lead(self, key: OrganizationKey, *, on: date | str | None = None) -> Lead | None:
        """Who leads the work with an account on a day (today); None: it has neither lead seat nor account manager."""
        with self._store.reading() as session:
            day = self._day(on)
            account = find_organization(session, key)
            return _lead(session, account, day)

    def _day(self, on: date | str | None) -> date:
        today = self._store.now().date()
        return day_of(on or today, today=today, field="on")


def seated(day: date) -> ColumnElement[bool]:
    """Whether a seat is taken on a day; for queries."""
    return (col(TeamSeat.since_on) <= day) & or_(
        col(TeamSeat.until_on).is_(None), col(TeamSeat.until_on) >= day
    )


def covering(day: date) -> CompoundSelect[Any]:
    """Who covers which account on a day, by the seats of the teams and by the account managers.

    Returns:
        A statement of `organization_id`, `office`, `staff_id` and `lead`: a row for each seat, and one for each account
        manager, in whose office's name they keep the account. An office may stand there several times.
    """
    seats = columns(
        col(TeamSeat.organization_id), col(TeamSeat.office), col(TeamSeat.staff_id), col(TeamSeat.lead)
    ).where(seated(day))
    leads = exists().where(
        col(TeamSeat.organization_id) == col(Organization.id), col(TeamSeat.lead), seated(day)
    )
    managers = (
        columns(col(Organization.id), col(Staff.office), col(Staff.id), ~leads)
        .join_from(Organization, Staff, col(Staff.id) == col(Organization.owner_id))
        .where(stands(Organization))
    )
    return union_all(seats, managers)


def hand_seat_over(change: Change, seat: TeamSeat, to: Staff) -> TeamSeat:
    """Let a colleague of the same office take a seat inside a verb, from today on."""
    last = _last_day(change, seat)
    seat.amend({"until_on": last})
    change.session.flush()
    return _seat(change, seat.organization_id, seat.office, to.id, lead=seat.lead, since=last + _A_DAY)


def _seat(
    change: Change,
    organization_id: int,
    office: str,
    staff_id: int | None,
    *,
    lead: bool,
    since: date | None = None,
) -> TeamSeat:
    values = {"organization_id": organization_id, "office": office, "staff_id": staff_id, "lead": lead}
    return change.add(TeamSeat.model_validate({**values, "since_on": since or change.now.date()}))


def _lead(session: Session, account: Organization, day: date) -> Lead | None:
    query = select(TeamSeat).where(TeamSeat.organization_id == account.id, col(TeamSeat.lead), seated(day))
    seat = session.exec(query.order_by(col(TeamSeat.since_on).desc(), col(TeamSeat.id).desc())).first()
    owner = session.get(Staff, account.owner_id) if account.owner_id else None
    if seat is None:
        return Lead(owner.office, owner) if owner else None
    if owner is not None and owner.office == seat.office:
        return Lead(seat.office, owner)
    return Lead(seat.office, session.get(Staff, seat.staff_id) if seat.staff_id else None)


def _member(session: Session, staff: Staff | str | int, office: str) -> Staff:
    member = find_staff(session, staff)
    if not member.active:
        raise Refused(f"{member.name} no longer works here.", rule="teams.active", subject=member.email)
    if member.office != office:
        raise Refused(
            f"{member.name} belongs to {member.office}, not to {office}.",
            rule="teams.own_staff",
            subject=member.email,
            hint=f'Give {member.office} the seat: office="{member.office}".',
        )
    return member


def _seats(session: Session, account: Organization, *, office: str, **also: int | None) -> Sequence[TeamSeat]:
    query = select(TeamSeat).where(
        TeamSeat.organization_id == account.id, TeamSeat.office == office, col(TeamSeat.until_on).is_(None)
    )
    for name, value in also.items():
        query = query.where(col(getattr(TeamSeat, name)).is_not_distinct_from(value))
    return session.exec(query.order_by(col(TeamSeat.id))).all()


def _take_lead(session: Session, account: Organization, held: TeamSeat | None) -> None:
    """Take the lead from whoever has it, and give it to a seat, if the office has one already."""
    query = select(TeamSeat).where(
        TeamSeat.organization_id == account.id, col(TeamSeat.lead), col(TeamSeat.until_on).is_(None)
    )
    for seat in session.exec(query.with_for_update()):
        seat.amend({"lead": seat is held})
    session.flush()
    if held is not None:
        held.amend({"lead": True})


def _last_day(change: Change, seat: TeamSeat) -> date:
    """Yesterday; for a seat that has only begun since, the day before its first."""
    return max(change.now.date(), seat.since_on) - _A_DAY
