"""Days as people write them ("14d", "next friday", "end of month"), and instants that leave nothing to guess."""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from crm.errors import InvalidInput

FORMS = '2027-04-01, "14d", "2w", "3m", "in 3 weeks", "friday", "next friday", "end of month", "15 march" or "tomorrow"'
"""The forms of a day that hints and help texts name; the words are English."""

_NAMED = {"today": 0, "tomorrow": 1, "yesterday": -1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# fmt: off
_MONTHS = ("january", "february", "march", "april", "may", "june",
           "july", "august", "september", "october", "november", "december")
# fmt: on
_MONTHS_IN = {"m": 1, "quarter": 3, "y": 12}

_WEEKDAY = f"(?P<weekday>{'|'.join(f'{day}|{day[:3]}' for day in _WEEKDAYS)})"
_MONTH = f"(?P<month>{'|'.join(f'{month}|{month[:3]}' for month in _MONTHS)})"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?:,?\s(?P<year>\d{4}))?"
_NUMBER = r"(?P<number>\d{1,4}|an?(?= ))"
_UNIT = r"(?P<unit>d|w|m|y|days?|weeks?|months?|years?)"
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")


def day_of(when: str | date, *, today: date, field: str = "due") -> date:
    """The day that a person means.

    A weekday is the coming one and never today; "next friday" is the Friday of next week, which begins on Monday; and
    "monday week" is a week after the coming Monday. Months end where they end: a month from 31 January is the last of
    February. A date without a year is the next one, today included.

    Args:
        when: a date, an ISO date, or English words: "today", "tomorrow", "yesterday"; "14d", "2w", "3m", "1y",
            "in 3 weeks", "3d ago"; "friday", "next friday", "monday week"; "next month", "end of quarter"; "15 march",
            "march 15", "15 march 2027".
        today: the present day where the person is.
        field: the name of the argument, for the error.

    Raises:
        InvalidInput: it is none of these, or may be read in two ways, such as 03/04/2027.
    """
    if isinstance(when, datetime):
        return when.date()
    if isinstance(when, date):
        return when
    text = " ".join(when.casefold().split())
    try:
        return _said(text, today)
    except (ValueError, OverflowError):  # no such form, no such day, or beyond the calendar
        raise InvalidInput(_refusal(when, text), field=field, value=when, hint=_hint(text)) from None


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


def instant(when: date | datetime | None, *, end: bool = False) -> datetime | None:
    """The instant that a person means by a day: its first, or its last."""
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when, time.max if end else time.min, tzinfo=UTC)


def instant_of(
    when: str | date | datetime | None, *, today: date, field: str, end: bool = False
) -> datetime | None:
    """The instant that a person means by a day, in words too: its first, or its last; an instant is itself.

    Args:
        when: an instant, or a day as `day_of` reads it.
        today: the present day where the person is.
        field: the name of the argument, for the error.
        end: whether the last instant of the day is meant.

    Raises:
        InvalidInput: it is no day.
    """
    return instant(day_of(when, today=today, field=field) if isinstance(when, str) else when, end=end)


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


def end_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day is over in a time zone, in UTC.

    Args:
        day: the day.
        zone: where.
    """
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _said(text: str, today: date) -> date:
    if text in _NAMED:
        return today + timedelta(days=_NAMED[text])
    for pattern, meaning in _READINGS:
        if found := pattern.fullmatch(text):
            return meaning(found, today)
    return date.fromisoformat(text)


def _ahead(found: re.Match[str], today: date) -> date:
    number = int(found["number"]) if found["number"].isdecimal() else 1
    return _moved(today, -number if found["ago"] else number, found["unit"][0])


def _moved(today: date, number: int, unit: str) -> date:
    if unit in "dw":
        return today + timedelta(days=number * (7 if unit == "w" else 1))
    return _months_on(today, number * _MONTHS_IN[unit])


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _weekday(found: re.Match[str], today: date) -> date:
    number = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(found["weekday"]))
    if found["which"] == "next":
        return today + timedelta(days=7 - today.weekday() + number)
    coming = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return coming + timedelta(days=7 if found["later"] else 0)


def _next(found: re.Match[str], today: date) -> date:
    return _moved(today, 1, found["unit"][0])


def _end(found: re.Match[str], today: date) -> date:
    months = _MONTHS_IN.get(found["unit"]) or _MONTHS_IN[found["unit"][0]]
    first = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    return _months_on(first, months) - timedelta(days=1)


def _dated(found: re.Match[str], today: date) -> date:
    month = next(n for n, name in enumerate(_MONTHS, start=1) if name.startswith(found["month"]))
    if found["year"]:
        return date(int(found["year"]), month, int(found["day"]))
    leap_years_apart = 8  # at the most, around 2100
    for year in range(today.year, today.year + leap_years_apart + 1):
        if int(found["day"]) <= calendar.monthrange(year, month)[1]:
            day = date(year, month, int(found["day"]))
            if day >= today:
                return day
    raise ValueError


_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (re.compile(rf"{_NUMBER} ?{_UNIT}(?P<ago> ago)?"), _ahead),
    (re.compile(rf"in {_NUMBER} ?{_UNIT}(?P<ago>)"), _ahead),
    (re.compile(rf"(?:(?P<which>next|this) )?{_WEEKDAY}(?P<later>)"), _weekday),
    (re.compile(rf"(?P<which>){_WEEKDAY}(?P<later> week)"), _weekday),
    (re.compile(r"next (?P<unit>week|month|year)"), _next),
    (re.compile(r"end of (?:the )?(?P<unit>month|quarter|year)"), _end),
    (re.compile(rf"{_DAY} {_MONTH}{_YEAR}"), _dated),
    (re.compile(rf"{_MONTH} {_DAY}{_YEAR}"), _dated),
)


def _refusal(when: str, text: str) -> str:
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        return f"{when!r} can be read in more than one way."
    return f"{when!r} is not a day."


def _hint(text: str) -> str:
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        return "Write 2027-04-03 or 3 April 2027."
    return f"Write it in English: {FORMS}."
