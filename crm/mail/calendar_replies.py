"""What a calendar answers to an invitation on behalf of its owner (RFC 5546, methods REPLY and COUNTER)."""

from enum import StrEnum

from icalendar import Calendar

from crm.mail.parts import Mail

CALENDAR_KINDS = ("text/calendar", "application/ics")


class Participation(StrEnum):
    """What somebody says to an invitation."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTERED = "countered"

    @property
    def words(self) -> str:
        """What they say, as the rest of a sentence about them."""
        return _WORDS[self]


_WORDS = {
    Participation.ACCEPTED: "accepted the meeting",
    Participation.DECLINED: "declined the meeting",
    Participation.TENTATIVE: "may come to the meeting",
    Participation.COUNTERED: "proposes another time for the meeting",
}


def participation(mail: Mail, defects: list[str]) -> Participation | None:
    """What the calendar in a message answers; None: there is none, or it answers nothing that we understand.

    Args:
        mail: the message.
        defects: where to note what was odd.
    """
    part = mail.first(*CALENDAR_KINDS)
    if part is None:
        return None
    try:
        calendar = Calendar.from_ical(part.text(defects))
        method = str(calendar.get("method", "")).upper()
        if method == "COUNTER":
            return Participation.COUNTERED
        answers = [_status(event) for event in calendar.walk("VEVENT")] if method == "REPLY" else []
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        defects.append("unreadable calendar")
        return None
    return next(filter(None, answers), None)


def _status(event: object) -> Participation | None:
    # A reply names the one attendee who answers (RFC 5546 3.2.3).
    attendee = event.get("attendee")  # type: ignore[attr-defined]
    first = attendee[0] if isinstance(attendee, list) else attendee
    status = str(getattr(first, "params", {}).get("PARTSTAT", "")).lower()
    return Participation(status) if status in {"accepted", "declined", "tentative"} else None
