"""`book.subscriptions`: who gets which report by mail, in which form, when, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.merged import stands
from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization
from crm.errors import AccordError, NotFound, Refused, StoreError
from crm.mail.templates import TemplateFolder
from crm.outreach.identity import Identity
from crm.outreach.outbox.queueing import LetterOrder, queue_letters
from crm.reports.cadence import Rhythm, cadence
from crm.reports.filters import read_filters, refuse_unknown
from crm.reports.notices import MORNING, notice
from crm.reports.report import Report
from crm.reports.shelf import REPORTS, Reports, report_named
from crm.reports.subscription_tables import Form, Subscription, SubscriptionDay, SubscriptionOutcome
from crm.store.columns import chosen
from crm.store.records import by_id
from crm.store.store import Store
from crm.store.turns import take_turns

ME = "me"
"""In a filter that names a colleague: whoever reads it."""


class Subscriptions:
    """`book.subscriptions`: subscribe to reports, and send what is due.

    Args:
        store: the door to the database.
        reports: makes the reports.
        identity: who we are in letters.
        templates: the letters on file.
    """

    def __init__(
        self, store: Store, *, reports: Reports, identity: Identity, templates: TemplateFolder
    ) -> None:
        self._store = store
        self._reports = reports
        self._identity = identity
        self._templates = templates

    def add(
        self,
        staff: Staff | str | int,
        report: str,
        *,
        every: str = "weekdays",
        at: str | time = "07:00",
        form: Form | str = Form.XLSX,
        only_if_rows: bool = False,
        **filters: Any,
    ) -> Subscription:
        """Subscribe a colleague to a report; it comes by mail at that time of day in the colleague's time zone.

        Args:
            staff: who gets it.
            report: its name, e.g. "prospects-by-state"; see `book.reports.names`.
            every: "daily", "weekdays", "weekly:friday" or "monthly:1".
            at: the time of day, e.g. "07:30".
            form: the file that is enclosed: xlsx, csv, html or json; "letter" for none.
            only_if_rows: whether a report without a row is not sent.
            **filters: what the report is made with; "me" for an owner means the reader.

        Raises:
            NotFound: there is no such colleague or report.
            InvalidInput: the rhythm, the time, the form or a filter makes no sense.
            Refused: the colleague no longer works here.
        """
        when = cadence(every, at)
        values = {
            "report": _name(report, filters),
            "filters": {name: _plain(value) for name, value in filters.items() if value is not None},
            "form": chosen(Form, form, field="form"),
            "every": when.rhythm,
            "at": when.at,
            "only_if_rows": only_if_rows,
        }
        with self._store.changing("subscription.begun") as change:
            reader = find_staff(change.session, staff)
            if not reader.active:
                raise Refused(f"{reader.name} no longer works here.", rule="subscriptions.active")
            known = Subscription.model_validate({**values, "staff_id": reader.id, "begun_at": change.now})
            self._made(known, reader)  # what cannot be made today is refused today
            return change.add(known)

    def end(self, key: int | Subscription, *, reason: str = "") -> Subscription:
        """End a subscription; it stays on record.

        Raises:
            NotFound: there is none of that number.
            Refused: it has ended before.
        """
        with self._store.changing("subscription.ended", reason=reason or None) as change:
            found = find_subscription(change.session, key)
            if found.ended_at is not None:
                raise Refused(f"It ended on {found.ended_at:%-d %B %Y}.", rule="subscriptions.once")
            return found.amend({"ended_at": change.now})

    def of(self, staff: Staff | str | int | None = None) -> tuple[Subscription, ...]:
        """The subscriptions that go on, of a colleague or of everybody, the oldest first."""
        with self._store.reading() as session:
            query = select(Subscription).where(col(Subscription.ended_at).is_(None))
            if staff is not None:
                query = query.where(Subscription.staff_id == find_staff(session, staff).id)
            return tuple(session.exec(query.order_by(col(Subscription.id))))

    def days(self, key: int | Subscription, *, limit: int = 30) -> tuple[SubscriptionDay, ...]:
        """What came of the latest days on which a subscription was due, the newest first; none where it never was."""
        with self._store.reading() as session:
            found = find_subscription(session, key)
            query = select(SubscriptionDay).where(SubscriptionDay.subscription_id == found.id)
            return tuple(session.exec(query.order_by(col(SubscriptionDay.due_on).desc()).limit(limit)))

    def preview(self, key: int | Subscription) -> Report:
        """The report as a subscriber would get it now; nothing is sent."""
        with self._store.reading() as session:
            found = find_subscription(session, key)
            reader = session.get_one(Staff, found.staff_id)
        return self._made(found, reader)

    def welcome(self) -> tuple[Subscription, ...]:
        """Subscribe every account manager who has never been to the list of the day, at seven on weekdays.

        Whoever ends it is not subscribed again.

        Returns:
            The subscriptions that began.
        """
        with self._store.changing("subscription.begun", reason="keeps accounts") as change:
            managers = change.session.exec(_unwelcomed().with_for_update(of=Staff)).all()
            values = {"report": MORNING, "filters": {"owner": ME}, "form": Form.LETTER, "only_if_rows": True}
            values |= {"every": Rhythm.WEEKDAYS.value, "at": time(7), "begun_at": change.now}
            return tuple(
                change.add(Subscription.model_validate({**values, "staff_id": manager.id}))
                for manager in managers
            )

    def send_due(self) -> Mapping[SubscriptionOutcome, int]:
        """Queue the letters of all subscriptions that are due now; each day is seen to once, whoever asks again.

        Returns:
            How many were queued, had nothing to say, and failed.
        """
        counts: Counter[SubscriptionOutcome] = Counter()
        for found, reader, due_on in self._due():
            if (outcome := self._send(found, reader, due_on)) is not None:
                counts[outcome] += 1
        return {outcome: counts[outcome] for outcome in SubscriptionOutcome}

    def _due(self) -> list[tuple[Subscription, Staff, date]]:
        now = self._store.now()
        with self._store.reading() as session:
            running = (
                select(Subscription, Staff)
                .join(Staff)
                .where(col(Subscription.ended_at).is_(None), Staff.active)
                .order_by(col(Subscription.id))
            )
            due = [
                (found, reader, on)
                for found, reader in session.exec(running)
                if (on := found.cadence.due_on(now, ZoneInfo(reader.time_zone))) is not None
                and _begun_before(found, reader, on)
            ]
            seen = set(session.exec(_seen_to({on for _, _, on in due})))
        return [(found, reader, on) for found, reader, on in due if (found.id, on) not in seen]

    def _send(self, found: Subscription, reader: Staff, due_on: date) -> SubscriptionOutcome | None:
        """Make the report and queue its letter; None where somebody else has just done it."""
        try:
            made = self._made(found, reader)
            order = None
            if len(made) or not found.only_if_rows:
                order = notice(
                    found,
                    made,
                    to=reader,
                    due_on=due_on,
                    now=self._store.now(),
                    identity=self._identity,
                    templates=self._templates,
                )
        except StoreError:
            raise  # the next round tries again
        except AccordError as error:
            return self._note(found, due_on, SubscriptionOutcome.FAILED, detail=str(error))
        outcome = SubscriptionOutcome.QUEUED if order else SubscriptionOutcome.EMPTY
        return self._note(found, due_on, outcome, rows=len(made), order=order)

    def _note(
        self,
        found: Subscription,
        due_on: date,
        outcome: SubscriptionOutcome,
        *,
        order: LetterOrder | None = None,
        **what: Any,
    ) -> SubscriptionOutcome | None:
        with self._store.changing("subscription.sent") as change:
            take_turns(change.session, f"subscription.{found.id}")
            if (found.id, due_on) in set(change.session.exec(_seen_to({due_on}))):
                return None
            letter = queue_letters(change, [order], identity=self._identity)[order.key] if order else None
            day = {"subscription_id": found.id, "due_on": due_on, "outcome": outcome, "outbox_id": letter}
            change.add(SubscriptionDay.model_validate({**day, **what, "at": change.now}))
            return outcome

    def _made(self, found: Subscription, reader: Staff) -> Report:
        filters = {name: reader.email if value == ME else value for name, value in found.filters.items()}
        today = self._store.now().astimezone(ZoneInfo(reader.time_zone)).date()
        report = report_named(found.report)
        return self._reports.make(found.report, **read_filters(report, filters, today=today))


def _unwelcomed() -> SelectOfScalar[Staff]:
    """The active staff who keep accounts and have never been subscribed to the list of the day."""
    keeps = exists().where(col(Organization.owner_id) == col(Staff.id), stands(Organization))
    had = exists().where(col(Subscription.staff_id) == col(Staff.id), col(Subscription.report) == MORNING)
    return select(Staff).where(Staff.active, keeps, ~had).order_by(col(Staff.id))


def _name(report: str, filters: Mapping[str, object]) -> str:
    """The name of a report that takes these filters."""
    made = report_named(report)
    refuse_unknown(report, made, filters)
    return next(name for name, known in REPORTS.items() if known is made)


def _plain(value: Any) -> str | int | bool:
    return value if isinstance(value, bool | int) else str(value)


def _begun_before(found: Subscription, reader: Staff, due_on: date) -> bool:
    """Whether a subscription had begun when its hour came: who subscribes at noon gets the first one tomorrow."""
    zone = ZoneInfo(reader.time_zone)
    return found.begun_at <= datetime.combine(due_on, found.at, tzinfo=zone)


def _seen_to(days: Iterable[date]) -> SelectOfScalar[tuple[int, date]]:
    query: Any = select(SubscriptionDay.subscription_id, SubscriptionDay.due_on)
    return cast("SelectOfScalar[tuple[int, date]]", query.where(col(SubscriptionDay.due_on).in_(set(days))))


def find_subscription(session: Session, key: int | Subscription) -> Subscription:
    """Look a subscription up by its number.

    Raises:
        NotFound: there is none.
    """
    number = key.id if isinstance(key, Subscription) else key
    found = by_id(session, Subscription, number)
    if found is None:
        raise NotFound(
            f"There is no subscription {number}.",
            field="subscription",
            value=number,
            hint="See book.subscriptions.of.",
        )
    return found
