"""Who of our own people is away, and who stands in for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, or_, select

from crm.dates import day_of
from crm.directory.staff import Staff, StaffFacet, find_staff, today_of
from crm.errors import InvalidInput, NotFound, Refused
from crm.store.columns import id_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class Absence(Record, table=True):
    """A time in which one of our people is away.

    The database keeps the absences of one person from overlapping (exclusion constraint ``ex_absence_overlap``, in the
    migration).

    Attributes:
        deputy_id: who stands in; empty where nobody does.
        since_on: the first day away.
        until_on: the last day away; empty where it is not known yet.
        note: for colleagues; never why somebody is ill.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        CheckConstraint("deputy_id <> staff_id", name="deputy"),
    )
    changed_by: ClassVar[str] = "book.staff.back"

    id: int = id_field()
    staff_id: int = ref("staff.id", index=False)  # the exclusion constraint has an index that begins with it
    deputy_id: int | None = ref("staff.id", optional=True)
    since_on: date
    until_on: date | None = None
    note: str = personal(default="")


means("ck_absence_order", InvalidInput, "The absence would end before it begins.", field="until")
means("ck_absence_deputy", InvalidInput, "Nobody can stand in for themselves.", field="deputy")
means(
    "ex_absence_overlap",
    Refused,
    "They are away at that time already.",
    field="since",
    hint="See book.staff.absences(); end the other one with book.staff.back.",
)


class Colleagues(StaffFacet):
    """`book.staff`: our own people, who of them is away, and who stands in."""

    def away(
        self,
        who: Staff | str | int,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        deputy: Staff | str | int | None = None,
        note: str = "",
    ) -> Absence:
        """Note that somebody is away; until they are back, their deputy is shown what waits for them.

        Args:
            who: who is away.
            since: the first day away, as a date or as people say it; today where they work, where none is given.
            until: the last day away; left out where it is not known.
            deputy: who stands in.
            note: for colleagues.

        Raises:
            InvalidInput: it would end before it begins, or somebody would stand in for themselves.
            Refused: they are away at that time already, or the deputy no longer works here.
        """
        with self._store.changing("absence.noted") as change:
            person = find_staff(change.session, who)
            today = today_of(change.session, change.now, person)
            values = {
                "staff_id": person.id,
                "deputy_id": None if deputy is None else _deputy(change.session, deputy).id,
                "since_on": today if since is None else day_of(since, today=today, field="since"),
                "until_on": None if until is None else day_of(until, today=today, field="until"),
                "note": note.strip(),
            }
            return change.add(Absence.model_validate(values))

    def back(self, who: Staff | str | int, *, on: str | date | None = None) -> Absence | None:
        """Note that somebody is back, or will be earlier than was planned.

        Args:
            who: who is back.
            on: the first day back; today where they work, where none is given.

        Returns:
            The absence with its last day; None where nothing is left of it, because it would have begun on that day.

        Raises:
            NotFound: they are not away on that day.
        """
        with self._store.changing("absence.ended") as change:
            person = find_staff(change.session, who)
            today = today_of(change.session, change.now, person)
            day = today if on is None else day_of(on, today=today, field="on")
            found = change.session.exec(
                select(Absence).where(Absence.staff_id == person.id, *_lasts(day))
            ).first()
            if found is None:
                raise NotFound(f"{person.name} is not away on {day:%-d %B %Y}.", field="on", value=day)
            if found.since_on == day:
                change.session.delete(found)
                return None
            return found.amend({"until_on": day - timedelta(days=1)})

    def absences(
        self, *, who: Staff | str | int | None = None, on: str | date | None = None
    ) -> tuple[Absence, ...]:
        """Who is or will be away, the next first.

        Args:
            who: only this member of staff.
            on: only who is away on that day; all that is not over yet, where none is given.
        """
        with self._store.reading() as session:
            today = today_of(session, self._store.now(), self._store.actor)
            query = select(Absence).where(_not_over(today))
            if on is not None:
                query = select(Absence).where(*_lasts(day_of(on, today=today, field="on")))
            if who is not None:
                query = query.where(Absence.staff_id == find_staff(session, who).id)
            return tuple(session.exec(query.order_by(col(Absence.since_on), col(Absence.id))))


def standing_in(session: Session, staff_id: int, day: date) -> Sequence[int]:
    """The ids of those whose work somebody does on a day, because they are away; the deputy of a deputy does not."""
    query = select(Absence.staff_id).where(Absence.deputy_id == staff_id, *_lasts(day))
    return session.exec(query.order_by(col(Absence.staff_id))).all()


def _lasts(day: date) -> tuple[Any, ...]:
    return col(Absence.since_on) <= day, _not_over(day)


def _not_over(day: date) -> Any:
    return or_(col(Absence.until_on).is_(None), col(Absence.until_on) >= day)


def _deputy(session: Session, key: Staff | str | int) -> Staff:
    found = find_staff(session, key)
    if not found.active:
        raise Refused(f"{found.name} no longer works here.", rule="absences.deputy", subject=found.email)
    return found
