"""Which Member States are due a reminder in a round. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from crm.membership.contributions.announcements import Announcement
from crm.membership.contributions.contribution_tables import RoundKind
from crm.reference.round_reminders import RoundReminderStep
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReminder(Shown):
    """A Member State that was asked, has not answered, and is due a reminder.

    Attributes:
        round_id: the number of the round.
        round: its name.
        kind: whether the answer is provisional or definitive.
        period: the financial period that is asked about.
        circular: the letter that asked.
        state: ISO 3166 alpha-3.
        name: the State's name in English.
        organization_id: its administration; None where that is not in the book.
        deadline_on: the day by which it was asked to answer; what the reminder refers to.
        step: how far the reminders have come; a step that was missed is not caught up with.
        due_on: since when this step is due.
        asked_on: the day on which it was asked first.
        last_asked_on: the day on which it was asked or reminded last.
    """

    round_id: int
    round: str
    kind: RoundKind
    period: str
    circular: str
    state: str
    name: str
    organization_id: int | None
    deadline_on: date
    step: str
    due_on: date
    asked_on: date
    last_asked_on: date


def step_reached(
    steps: Iterable[RoundReminderStep], *, deadline_on: date, on: date
) -> tuple[str, date] | None:
    """The latest step that is due on a day, and since when; None: not even the first is."""
    days = [(deadline_on - timedelta(days=each.days_before), each.step) for each in steps]
    return next(((step, day) for day, step in sorted(days, reverse=True) if day <= on), None)


def awaits_reminder(announcement: Announcement, due_on: date) -> bool:
    """Whether a State was asked before a step was due, and has neither answered nor been asked again since."""
    last = announcement.last_asked_on
    return not announcement.has_answered and last is not None and last < due_on
