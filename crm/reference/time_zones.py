"""What time it is in a country: one zone of the IANA database for each, that of its seat of government.

A country of several zones is served by the one in which its administration, and most who deal with the Union, work.
The table is read from its file and not from the book, so that deciding when to write stays a function of its arguments.
"""

from functools import cache
from zoneinfo import ZoneInfo

from crm.reference.csvfile import facts, shipped
from crm.reference.facts import Certainty, Fact

UNKNOWN = ZoneInfo("UTC")
"""For an account whose country nobody has said, and for the few places where nobody lives."""


class CountryZone(Fact):
    """The time zone that a country is taken to keep.

    Attributes:
        country: ISO 3166 alpha-3.
        zone: its name in the IANA database.
    """

    country: str
    zone: str
    certainty: Certainty


@cache
def country_zones() -> dict[str, CountryZone]:
    """Every country's zone, by the country's code."""
    return {row.country: row for row in facts(CountryZone, shipped("time_zones.csv"))}


@cache
def zone_of_country(country: str | None) -> ZoneInfo:
    """The time zone of a country.

    Args:
        country: ISO 3166 alpha-3, or None if unknown.

    Returns:
        Its zone; UTC for a country without one.
    """
    known = country_zones().get(country or "")
    return ZoneInfo(known.zone) if known else UNKNOWN
