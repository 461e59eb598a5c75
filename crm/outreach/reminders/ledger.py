"""What has been recalled to whom: one row a reminder, under a key that the database keeps from being used twice."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, Session, col, select

from crm.errors import AlreadyExists
from crm.outreach.draft_tables import LetterDraft, waits
from crm.outreach.reminders.rule import ReminderKey
from crm.store.columns import INNER, at_field, id_field, ref
from crm.store.records import Record
from crm.store.violations import means


class Reminder(Record, table=True):
    """A reminder that was drafted.

    Attributes:
        rule: which rule found it.
        subject: what it is about, e.g. "invoice:4711".
        reference_on: the date that its step counts from.
        step: how far the matter had come.
        organization_id: whose contact it is written to.
        draft_id: the letter that was drafted.
        digest: of the facts that the draft was filled with.
        withdrawn_at: when it was taken back before anybody had approved it, because it no longer held. Then it counts
            for nothing, and is drafted again if it comes to hold again.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        Index(
            "uq_reminder_key",
            "rule",
            "subject",
            "reference_on",
            "step",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
    changed_by: ClassVar[str] = "book.reminders.draft"

    id: int = id_field()
    rule: str
    subject: str
    reference_on: date
    step: str
    organization_id: int = ref("organization.id")
    draft_id: int = ref("letter_draft.id")
    digest: str = Field(sa_column_kwargs=INNER)
    drafted_at: datetime = at_field()
    withdrawn_at: datetime | None = at_field(default=None)

    @property
    def key(self) -> ReminderKey:
        """What makes it the same reminder."""
        return ReminderKey(self.rule, self.subject, self.reference_on, self.step)


means("uq_reminder_key", AlreadyExists, "That has been recalled to them already.", field="reference_on")


def reminders_written(session: Session, rule: str) -> Mapping[ReminderKey, Reminder]:
    """The reminders of a rule that count, by key: those that are waiting, have gone out, or were discarded by a person."""
    kept = select(Reminder).where(col(Reminder.rule) == rule, col(Reminder.withdrawn_at).is_(None))
    return {reminder.key: reminder for reminder in session.exec(kept)}


def reminders_waiting(session: Session, rule: str) -> list[tuple[Reminder, LetterDraft]]:
    """The reminders of a rule that nobody has approved or discarded yet, locked until the verb ends."""
    query = (
        select(Reminder, LetterDraft)
        .join(LetterDraft, col(LetterDraft.id) == col(Reminder.draft_id))
        .where(col(Reminder.rule) == rule, col(Reminder.withdrawn_at).is_(None), waits())
        .order_by(col(Reminder.id))
    )
    return [(reminder, draft) for reminder, draft in session.exec(query.with_for_update())]


def reminder_behind(session: Session, draft: LetterDraft) -> Reminder | None:
    """The reminder that a draft is, if it is one."""
    return session.exec(select(Reminder).where(col(Reminder.draft_id) == draft.id)).first()
