"""When a campaign may write: inside working hours of the reader's country, on a working day there.

Only letters of campaigns wait for it. What a colleague has written by hand, and notices to our own staff, go at once.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from crm.errors import InvalidInput
from crm.reference.time_zones import zone_of_country
from crm.reference.working_days import working_calendar

_ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class SendHours:
    """The hours of a working day, by the clock on the reader's wall.

    Attributes:
        opens: not before.
        closes: not at this time or later.
    """

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The hours that a setting names, e.g. "09:00-17:00"; None for "always".

        Raises:
            InvalidInput: it names no hours, or they end before they begin.
        """
        if text.strip() == _ALWAYS:
            return None
        try:
            opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            opens = closes = time.min
        if not opens < closes or opens.tzinfo or closes.tzinfo:
            raise InvalidInput(
                f"{text!r} names no hours of a day.",
                field="send_hours",
                value=text,
                hint='Write "09:00-17:00", or "always".',
            )
        return cls(opens, closes)

    def next_opening(self, country: str | None, now: datetime, *, zone: str | None = None) -> datetime:
        """The first instant, not before now, at which a reader in a country is at work.

        Args:
            country: ISO 3166 alpha-3, or None if unknown: Monday to Friday by UTC.
            now: the present instant.
            zone: the reader's own time zone, where it is on record; else that of the country counts.

        Returns:
            The present instant itself where they are at work now.
        """
        return _next_opening(self, country, zone, now)

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When the hours of a day begin and end, as instants.

        A time that a clock jumps over counts as the instant at which it would have come; of one that comes twice, the
        first counts.
        """
        utc = ZoneInfo("UTC")
        return (
            datetime.combine(day, self.opens, zone).astimezone(utc),
            datetime.combine(day, self.closes, zone).astimezone(utc),
        )


@lru_cache(maxsize=1000)  # a batch of letters asks for one instant, a few countries and their zones
def _next_opening(hours: SendHours, country: str | None, own_zone: str | None, now: datetime) -> datetime:
    zone, calendar = ZoneInfo(own_zone) if own_zone else zone_of_country(country), working_calendar(country)
    day = calendar.add(now.astimezone(zone).date(), 0)
    while True:
        opens_at, closes_at = hours.on(day, zone)
        if max(now, opens_at) < closes_at:
            return max(now, opens_at.astimezone(now.tzinfo))
        day = calendar.add(day + timedelta(days=1), 0)
