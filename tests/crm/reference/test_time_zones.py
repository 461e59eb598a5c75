from collections import defaultdict
from importlib.resources import files
from zoneinfo import ZoneInfo

from crm.reference.country import Country
from crm.reference.csvfile import facts, shipped
from crm.reference.facts import Certainty
from crm.reference.time_zones import UNKNOWN, country_zones, zone_of_country

COUNTRIES = {row.code: row for row in facts(Country, shipped("countries.csv"))}


def zones_of_the_database() -> dict[str, set[str]]:
    """What the IANA database says, by ISO 3166 alpha-2."""
    found = defaultdict(set)
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            found[code].add(zone)
    return found


def test_every_member_state_has_a_zone():
    states = {code for code, row in COUNTRIES.items() if row.member_state == code}
    assert len(states) == 194
    assert states <= set(country_zones())


def test_every_zone_is_one_that_the_database_knows_for_the_country():
    known = zones_of_the_database()
    for code, row in country_zones().items():
        assert row.zone in known[COUNTRIES[code].alpha2] or row.certainty is Certainty.UNVERIFIED, code
        assert ZoneInfo(row.zone).key == row.zone


def test_a_country_of_several_zones_says_that_the_choice_is_ours():
    known = zones_of_the_database()
    for code, row in country_zones().items():
        if len(known[COUNTRIES[code].alpha2]) > 1:
            assert (row.certainty, bool(row.note)) == (Certainty.DERIVED, True), code
    assert zone_of_country("USA") == ZoneInfo("America/New_York")


def test_an_unknown_country_keeps_universal_time():
    assert zone_of_country(None) is zone_of_country("ZZZ") is UNKNOWN
