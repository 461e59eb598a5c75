"""The kinds of reminders there are: what each looks at, what it makes of it.

A further kind is a pure rule in a file of its own, its letters on file, and a line here.
"""

from datetime import date

from sqlmodel import Session

from crm.membership.contributions.round_reading import reminders_due
from crm.outreach.reminders.announcements import announcement
from crm.outreach.reminders.arrears import SUSPENSION, arrears
from crm.outreach.reminders.joining import joining
from crm.outreach.reminders.notices import notice_received
from crm.outreach.reminders.rule import Matter, ReminderRule, number_in
from crm.outreach.reminders.sources import applying, leaving, owing
from crm.reference.application_patience import application_patience


def _arrears(session: Session, on: date, subject: str | None) -> list[Matter]:
    number = number_in(subject)
    of_account = subject is not None and subject.startswith(SUSPENSION)
    owes = owing(session, on, account=number) if of_account else owing(session, on, invoice=number)
    return [found for each in owes if (found := arrears(each, on))]


def _joining(session: Session, on: date, subject: str | None) -> list[Matter]:
    patience = application_patience(session)
    waiting = applying(session, on, application=number_in(subject))
    return [found for each in waiting if (found := joining(each, on, patience=patience))]


def _notices(session: Session, on: date, subject: str | None) -> list[Matter]:
    return [
        found
        for each in leaving(session, on, event=number_in(subject))
        if (found := notice_received(each, on))
    ]


def _announcements(session: Session, on: date, subject: str | None) -> list[Matter]:
    return [announcement(each) for each in reminders_due(session, on, of=number_in(subject))]


RULES = (
    ReminderRule("arrears", "Arrears, by the step of the ladder", _arrears),
    ReminderRule("joining", "Applications that wait", _joining),
    ReminderRule("notice_received", "Notices of members that leave", _notices),
    ReminderRule("class_announcement", "Classes of contribution to be announced", _announcements),
)
