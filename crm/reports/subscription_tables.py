"""Subscriptions, and what came of each day on which one was due."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from crm.errors import AlreadyExists
from crm.reports.cadence import Cadence
from crm.store.columns import at_field, choice, id_field, json_field, ref
from crm.store.records import Record
from crm.store.violations import means


class Form(StrEnum):
    """The form in which a report comes: as a file, or in the letter alone."""

    LETTER = "letter"
    XLSX = "xlsx"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


class Subscription(Record, table=True):
    """Somebody who gets a report by mail.

    Attributes:
        staff_id: who gets it.
        report: its name.
        filters: what it is made with; "me" for a colleague means the reader.
        form: the file that is enclosed, or "letter" for none.
        every: the rhythm, and `at` the time of day, in the reader's time zone.
        only_if_rows: whether a day without a row brings no letter.
        ended_at: since when it no longer comes.
    """

    __tablename__ = "subscription"
    changed_by: ClassVar[str] = "book.subscriptions.end, and a new one"

    id: int = id_field()
    staff_id: int = ref("staff.id")
    report: str
    filters: dict[str, Any] = json_field(default_factory=dict)
    form: Form = choice(Form, name="form")
    every: str
    at: time
    only_if_rows: bool = False
    begun_at: datetime = at_field()
    ended_at: datetime | None = at_field(default=None)

    @property
    def cadence(self) -> Cadence:
        """When it is due."""
        return Cadence(self.every, self.at)


class SubscriptionOutcome(StrEnum):
    """What came of a day on which a subscription was due."""

    QUEUED = "queued"
    EMPTY = "empty"
    FAILED = "failed"


class SubscriptionDay(Record, table=True):
    """One day on which a subscription was due; each is seen to once.

    Attributes:
        outbox_id: the letter.
        detail: why there is none.
    """

    __tablename__ = "subscription_day"
    __table_args__ = (UniqueConstraint("subscription_id", "due_on", name="uq_subscription_day_once"),)
    trailed: ClassVar[bool] = False  # a trail itself

    id: int = id_field()
    subscription_id: int = ref("subscription.id", index=False)
    due_on: date = Field(index=True)
    outcome: SubscriptionOutcome = choice(SubscriptionOutcome, name="outcome")
    rows: int = 0
    outbox_id: int | None = ref("outbox.id", optional=True)
    detail: str = ""
    at: datetime = at_field()


means(
    "uq_subscription_day_once",
    AlreadyExists,
    "The subscription has been seen to for that day.",
    field="due_on",
)
