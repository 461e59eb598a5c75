"""Working days of a country: its working week and public holidays, as the `holidays` library knows them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays

from crm.errors import InvalidInput

_SATURDAY = 5
_LONGEST = 1000
# Where the library does not know the ISO 3166 alpha-3 code; MAR is the month of March there.
_ALPHA_2 = {"BGR": "BG", "BHR": "BH", "GTM": "GT", "MAR": "MA", "SWZ": "SZ", "VUT": "VU", "XKX": "XK"}


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days of one country.

    Attributes:
        country: the code that was asked for.
        known: whether the library knows the country; otherwise the calendar is Monday to Friday without holidays.
        note: what a reader must know, empty for a known country.
    """

    country: str | None
    known: bool
    note: str
    _holidays: HolidayBase | None = field(repr=False, compare=False)

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work on a day."""
        if self._holidays is None:
            return day.weekday() < _SATURDAY
        return bool(self._holidays.is_working_day(day))

    def add(self, start: date, days: int) -> date:
        """The day that lies a number of working days after another; see `add_working_days`."""
        if not 0 <= days <= _LONGEST:
            raise InvalidInput(
                f"{days} working days cannot be counted.",
                field="days",
                value=days,
                hint=f"From 0 to {_LONGEST}.",
            )
        day = start
        for _ in range(days):
            day = self._next(day + timedelta(days=1))
        return day if days else self._next(day)

    def _next(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


@lru_cache(maxsize=400)  # building a calendar takes a hundred times as long as asking it
def working_calendar(country: str | None) -> WorkingCalendar:
    """The working days of a country.

    Args:
        country: ISO 3166 alpha-2 or alpha-3, with a subdivision where holidays differ ("CH-GE"), or None if unknown.

    Returns:
        The calendar; for a country that the library does not know, Monday to Friday without holidays, and it says so.
    """
    code, _, subdivision = (country or "").partition("-")
    try:
        known = country_holidays(_ALPHA_2.get(code, code), subdiv=subdivision or None)
    except NotImplementedError:
        note = f"The public holidays of {country or 'an unknown country'} are not known: Monday to Friday, no holidays."
        return WorkingCalendar(country, known=False, note=note, _holidays=None)
    return WorkingCalendar(country, known=True, note="", _holidays=known)


def add_working_days(start: date, days: int, country: str | None) -> date:
    """The day that lies a number of working days after another.

    Args:
        start: where to count from; the day itself does not count.
        days: how many, from 0 to 1,000; 0 gives the start, or the next working day if it is none.
        country: ISO 3166 alpha-2 or alpha-3 ("KE", "CHE", "CH-GE"), or None if unknown.

    Raises:
        InvalidInput: the number of days is out of range.
    """
    return working_calendar(country).add(start, days)
