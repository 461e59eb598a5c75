"""Days as people write them ("2027-04-01", "14d", "2w", "tomorrow"), and instants that leave nothing to guess."""

import re
from datetime import UTC, date, datetime, time, timedelta

from crm.errors import InvalidInput

_AHEAD = re.compile(r"(\d{1,4})\s*(d|w)")
_NAMED = {"today": 0, "tomorrow": 1, "yesterday": -1}
_DAYS = {"d": 1, "w": 7}


def day_of(when: str | date, *, today: date, field: str = "due") -> date:
    """The day that a person means.

    Args:
        when: a date, an ISO date, "14d" or "2w" from today, "today", "tomorrow" or "yesterday".
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
        return today + timedelta(days=int(ahead[1]) * _DAYS[ahead[2]])
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{when!r} is not a day.",
            field=field,
            value=when,
            hint='Write 2027-04-01, "14d", "2w" or "tomorrow".',
        ) from None


def instant(when: date | datetime | None, *, end: bool = False) -> datetime | None:
    """The instant that a person means by a day: its first, or its last."""
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time.max if end else time.min, tzinfo=UTC)


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
