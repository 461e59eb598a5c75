"""When to meet: the first working day far enough ahead, at an hour at which both are at work."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.intents import Invite
from campaigns.journey import MeetingStep
from crm.insight.candidate import Contact
from crm.mail.invitation import in_words
from crm.reference.languages import Language
from crm.reference.time_zones import zone_of_country
from crm.reference.working_days import working_calendar

HOST_ZONE = ZoneInfo("Europe/Zurich")
"""Where whoever asks is at work, unless the staff list says otherwise."""

_OPENS, _CLOSES = time(9), time(17)
_BEST = 10  # o'clock: nobody is asked to begin the day with us where a later hour will do
_HALF_HOURS = [time(hour, minute) for hour in range(9, 17) for minute in (0, 30)]


def zone_of(contact: Contact) -> tzinfo:
    """The time zone of somebody: their own where it is on record, else that of their country."""
    return ZoneInfo(contact.time_zone) if contact.time_zone else zone_of_country(contact.country)


def proposed_start(
    now: datetime, step: MeetingStep, *, country: str | None, guest: tzinfo, host: tzinfo
) -> datetime:
    """When a meeting is proposed for, in UTC.

    It is on the first day that is a working day of the guest's country and a day of the host's week, and at least
    so many working days ahead as the step says. Where the working hours of both, nine to five, never meet, it is an
    hour of the guest's that lies nearest to the host's: we are the ones who ask.

    Args:
        now: the present instant.
        step: how far ahead, and how long.
        country: where the guest works, ISO 3166.
        guest: the guest's time zone.
        host: the time zone of whoever asks.
    """
    calendar, week = working_calendar(country), working_calendar(None)
    day = calendar.add(now.astimezone(guest).date(), step.working_days)
    while not week.is_working_day(day):
        day = calendar.add(day, 1)
    length = timedelta(minutes=step.minutes)
    starts = [datetime.combine(day, at, guest) for at in _HALF_HOURS]
    fitting = [start for start in starts if start + length <= datetime.combine(day, _CLOSES, guest)]
    best = min(
        fitting, key=lambda start: (_outside(start, length, host), start.hour < _BEST, start.astimezone(UTC))
    )
    return best.astimezone(UTC)


def meeting_facts(invite: Invite, zone: tzinfo, language: Language) -> dict[str, Any]:
    """What a letter and its invitation say of a meeting.

    Args:
        invite: what is proposed.
        zone: the reader's time zone.
        language: of the letter.
    """
    at = {"starts_at": invite.starts_at.isoformat(), "minutes": invite.minutes, "place": invite.place}
    return {**at, **in_words(invite.starts_at, zone, language)}


def _outside(start: datetime, length: timedelta, zone: tzinfo) -> timedelta:
    """How much too early or too late a meeting is for somebody; a day more where it is their week-end."""
    begins, ends = start.astimezone(zone), (start + length).astimezone(zone)
    opens = datetime.combine(begins.date(), _OPENS, zone)
    closes = datetime.combine(begins.date(), _CLOSES, zone)
    weekend = not working_calendar(None).is_working_day(begins.date())
    return max(opens - begins, ends - closes, timedelta(0)) + timedelta(days=weekend)
