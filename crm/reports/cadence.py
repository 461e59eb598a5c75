"""When a subscription is due: a time of day on certain days, in the reader's own time zone. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from crm.errors import InvalidInput

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHLY = re.compile(r"monthly:([1-9]|[12]\d|3[01])")
_SATURDAY = 5
_LATEST = timedelta(hours=16)


class Rhythm(StrEnum):
    """How often a subscription comes, apart from single weekdays and days of the month."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"


@dataclass(frozen=True, slots=True)
class Cadence:
    """A rhythm with its time of day.

    Attributes:
        rhythm: "daily", "weekdays" (Monday to Friday), "weekly:friday" or "monthly:1"; a month without that day
            has its last day instead.
        at: the local time of day from which it is due.
    """

    rhythm: str
    at: time

    def due_on(self, now: datetime, zone: ZoneInfo) -> date | None:
        """The day that is due at an instant, where the reader is: its hour has come, and is not long past; else None.

        A time that a change of the clocks skips is due as much later as they skip; one that comes twice is due from
        the first time on, and as the day names the letter, it goes out once. What has not been seen to for sixteen
        hours, because nothing ran, is not made up for: by then the next one is near.

        Args:
            now: the instant; aware.
            zone: where the reader is.
        """
        today = now.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            late = now - datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            if timedelta() <= late < _LATEST and self._falls_on(day):
                return day
        return None

    def _falls_on(self, day: date) -> bool:
        if self.rhythm == Rhythm.DAILY:
            return True
        if self.rhythm == Rhythm.WEEKDAYS:
            return day.weekday() < _SATURDAY
        kind, _, which = self.rhythm.partition(":")
        if kind == "weekly":
            return _DAYS[day.weekday()] == which
        return day.day == min(int(which), _length_of_month(day))

    def __str__(self) -> str:
        return f"{self.rhythm.replace(':', ', ')} at {self.at:%H:%M}"


def cadence(rhythm: str, at: str | time) -> Cadence:
    """A cadence as a person writes it, e.g. ``cadence("weekly:friday", "07:30")``.

    Raises:
        InvalidInput: there is no such rhythm or time of day.
    """
    return Cadence(_rhythm(rhythm), at if isinstance(at, time) else _time(at))


def _rhythm(text: str) -> str:
    wanted = text.strip().casefold().replace(" ", "")
    kind, _, which = wanted.partition(":")
    if wanted in set(Rhythm) or (kind == "weekly" and which in _DAYS) or _MONTHLY.fullmatch(wanted):
        return wanted
    raise InvalidInput(
        f"{text!r} is no rhythm.",
        field="every",
        value=text,
        hint="Write daily, weekdays, weekly:friday or monthly:1.",
    )


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is no time of day.", field="at", value=text, hint="Write 07:30."
        ) from None


def _length_of_month(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - date.resolution).day
