"""Days as people write them ("2027-04-01", "14d", "2w", "3m", "tomorrow"), and instants that leave nothing to guess."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from crm.errors import InvalidInput

_AHEAD = re.compile(r"(\d{1,4})\s*(d|w|m)")
_NAMED = {"today": 0, "tomorrow": 1, "yesterday": -1}
_DAYS = {"d": 1, "w": 7}


def day_of(when: str | date, *, today: date, field: str = "due") -> date:
    """The day that a person means.

    Args:
        when: a date, an ISO date, "14d", "2w" or "3m" from today, "today", "tomorrow" or "yesterday".
        today: the present day where the person is.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is none of these.
    """
    if isinstance(when, datetime):
        return when.date()
    if isinstance(when, date):
        return when
    text = when.strip().casefold()
    if text in _NAMED:
        return today + timedelta(days=_NAMED[text])
    if ahead := _AHEAD.fullmatch(text):
        number, unit = int(ahead[1]), ahead[2]
        return months_after(today, number) if unit == "m" else today + timedelta(days=number * _DAYS[unit])
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{when!r} is not a day.",
            field=field,
            value=when,
            hint='Write 2027-04-01, "14d", "2w", "3m" or "tomorrow".',
        ) from None


def last_day_of(when: str | date, *, today: date, field: str = "until") -> date:
    """The last day of something that begins today, as a person writes it.

    Raises:
        InvalidInput: it is no day, or it is over already.
    """
    last = day_of(when, today=today, field=field)
    if last < today:
        raise InvalidInput(
            f"{last} is over.", field=field, value=when, hint='Name a day from today on, or a time: "3m".'
        )
    return last


def months_after(day: date, number: int) -> date:
    """The same day of the month so many months later, or the last one of a month that is shorter."""
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def in_utc(at: datetime, *, field: str | None = None) -> datetime:
    """An instant in UTC; it has to say in which time zone it is.

    Args:
        at: the instant.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is naive, and nobody may guess.
    """
    if at.utcoffset() is None:
        raise InvalidInput(
            f"The time {at:%Y-%m-%d %H:%M} has no time zone.",
            field=field,
            value=at,
            hint="Give an aware datetime, e.g. with tzinfo=UTC.",
        )
    return at.astimezone(UTC)
