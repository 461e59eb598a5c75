"""An invitation to a meeting, as calendars read it (RFC 5545, RFC 5546, RFC 6047), and as people do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from babel.dates import format_time, get_timezone_name
from icalendar import Calendar, Event, vCalAddress

from crm.mail.message import Mailbox
from crm.reference.languages import locale
from crm.shown import Shown

METHOD = "REQUEST"
"""What the calendar is asked to do: to let its owner accept or decline (RFC 5546 3.2.2). An event that is merely
published (3.2.1) has no attendees and cannot be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Shown):
    """A meeting that somebody is asked to.

    Attributes:
        uid: names the meeting for good, however often its invitation is composed.
        starts_at: an instant; aware.
        minutes: how long it takes.
        summary: what it is about, in a line.
        description: what it says to its reader.
        place: where; empty where that is still to be agreed.
        organizer: whose address takes the calendar's answer.
        host: who asks.
        guest: who is asked.
        stamped_at: when the invitation was written.
    """

    uid: str
    starts_at: datetime
    minutes: int
    summary: str
    description: str
    place: str = ""
    organizer: Mailbox
    host: Mailbox
    guest: Mailbox
    stamped_at: datetime

    def calendar(self) -> str:
        r"""The invitation as an iCalendar object; its lines end with `\r\n`.

        It is tentative until it is accepted. Times are in UTC, so that no time zone needs to be described.
        """
        event = Event()
        event.add("uid", self.uid)
        event.add("dtstamp", self.stamped_at.astimezone(UTC))
        event.add("dtstart", self.starts_at.astimezone(UTC))
        event.add("dtend", (self.starts_at + timedelta(minutes=self.minutes)).astimezone(UTC))
        event.add("sequence", 0)
        event.add("status", "TENTATIVE")
        event.add("summary", self.summary)
        event.add("description", self.description)
        if self.place:
            event.add("location", self.place)
        event.add("organizer", _address(self.organizer))
        event.add("attendee", _address(self.host, partstat="ACCEPTED", role="CHAIR"))
        event.add(
            "attendee", _address(self.guest, partstat="NEEDS-ACTION", role="REQ-PARTICIPANT", rsvp="TRUE")
        )
        calendar = Calendar()
        calendar.add("prodid", "-//Accord//EN")
        calendar.add("version", "2.0")
        calendar.add("method", METHOD)
        calendar.add_component(event)
        return str(calendar.to_ical(), "utf-8")


def in_words(starts_at: datetime, zone: tzinfo, language: str) -> dict[str, Any]:
    """When a meeting starts, as its reader's wall and clock say it: what a letter is filled with.

    Args:
        starts_at: an instant; aware.
        zone: the reader's time zone.
        language: the language of the letter.

    Returns:
        `on`, the day; `time`, the hour and minute; and `zone`, the name of the time zone.
    """
    local = starts_at.astimezone(zone)
    customs = locale(language)
    return {
        "on": local.date(),
        "time": format_time(local.timetz(), "short", locale=customs, tzinfo=zone),
        "zone": get_timezone_name(local, "long", locale=customs),
    }


def _address(mailbox: Mailbox, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mailbox.address}")
    named = {"cn": mailbox.name} if mailbox.name else {}
    for name, value in {**named, **parameters}.items():
        address.params[name] = value
    return address
