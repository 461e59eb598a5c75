"""What a rule of reminders is: which matters it finds on a day, and how far each has come. Plain values, no ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple

from sqlmodel import Session

from crm.outreach.outbox.wordings import kept_facts
from crm.shown import Shown


class ReminderKey(NamedTuple):
    """What makes a reminder the same reminder: it is written once under this key.

    Attributes:
        rule: the name of the rule.
        subject: what it is about, e.g. "invoice:4711".
        reference_on: the date that the step counts from. Where that date moves, the reminder is another one.
        step: how far the matter has come, e.g. "overdue".
    """

    rule: str
    subject: str
    reference_on: date
    step: str


@dataclass(frozen=True, slots=True)
class Matter(Shown):
    """Something that somebody has to be reminded of, as it stands on a day.

    Attributes:
        subject: what it is about, by a name that never changes, e.g. "invoice:4711".
        organization_id: the account whose contact is written to; None: it is not in the book, as an administration may not.
        reference_on: the date that the step counts from.
        step: how far it has come. A matter stands at one step: one that was missed is not caught up with.
        template: the letter that says it.
        words: in a sentence for the account manager.
        facts: what the letter says about it, in groups as templates read them. A State and a Sector stand there by their
            `code`, and no fact changes from day to day while nothing happens.
    """

    subject: str
    organization_id: int | None
    reference_on: date
    step: str
    template: str
    words: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the facts: by it a draft is known to say what still holds."""
        return sha256(dumps(kept_facts(self.facts), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """One kind of reminder.

    Attributes:
        name: the name under which the ledger keeps its reminders.
        title: its name for people.
        find: finds what has to be recalled to somebody on a day; each subject once. Given a subject, it looks no further
            than it must for that one.
    """

    name: str
    title: str
    find: Callable[[Session, date, str | None], Sequence[Matter]]

    def matters(self, session: Session, on: date) -> Sequence[Matter]:
        """All that has to be recalled to somebody on a day."""
        return self.find(session, on, None)

    def matter(self, session: Session, on: date, subject: str) -> Matter | None:
        """What has to be recalled on a day about one subject, e.g. "invoice:4711"; None: nothing."""
        return next((each for each in self.find(session, on, subject) if each.subject == subject), None)

    def key(self, matter: Matter) -> ReminderKey:
        """Under what the ledger keeps the reminder of a matter."""
        return ReminderKey(self.name, matter.subject, matter.reference_on, matter.step)


def number_in(subject: str | None) -> int | None:
    """The number of what a reminder is about: 4711 in "invoice:4711"."""
    return None if subject is None else int(subject.split(":")[1])


def reached(steps: Mapping[str, date], on: date) -> str | None:
    """The latest of some steps that has been reached by a day; None: not even the first.

    Args:
        steps: the day on which each begins.
        on: the day.
    """
    begun = [(since, place, name) for place, (name, since) in enumerate(steps.items()) if since <= on]
    return max(begun)[2] if begun else None
