import unicodedata
from collections import Counter
from datetime import date

import pytest
from babel import Locale
from support.reference_facts import file_names, shipped_countries, shipped_facts, shipped_gazetteer

from crm.reference.country import CountryGroup
from crm.reference.facts import Certainty
from crm.reference.languages import Language

STATES_IN_REGION = {
    "africa": 44,
    "arab-states": 21,
    "asia-pacific": 39,
    "cis": 9,
    "europe": 46,
    "americas": 35,
}
BLOCK = {
    Language.ARABIC: "ARABIC",
    Language.CHINESE: "CJK",
    Language.ENGLISH: "LATIN",
    Language.FRENCH: "LATIN",
    Language.RUSSIAN: "CYRILLIC",
    Language.SPANISH: "LATIN",
}
UNASSIGNED = {"ATA", "COK", "ESH", "FLK", "IOT", "NIU", "PSE", "SGS", "TWN", "XKX"}


def in_group(kind, day):
    groups = [fact for fact in shipped_facts("country_groups.csv") if isinstance(fact, CountryGroup)]
    return {group.country for group in groups if group.kind == kind and group.covers(day)}


def test_there_are_exactly_194_member_states_in_their_regions():
    states = [country for country in shipped_countries().values() if country.is_member_state]

    assert len(states) == 194
    assert Counter(state.region for state in states) == STATES_IN_REGION


def test_every_code_of_iso_3166_is_there_and_kosovo_besides():
    codes = {country.alpha2 for country in shipped_countries().values()}
    # CLDR knows these besides the 249 of ISO 3166-1: groupings, pseudo-locales and exceptionally reserved codes.
    beyond_iso = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    cldr = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}

    assert len(codes) == len(shipped_countries()) == 250
    assert codes == cldr - beyond_iso


def test_namibia_survives_its_code():
    namibia = shipped_countries()["NAM"]

    assert namibia.alpha2 == "NA"
    assert namibia.name("en") == "Namibia"
    assert namibia.name("ar") == "ناميبيا"


@pytest.mark.parametrize("language", list(Language))
def test_every_country_has_a_name_in_the_script_of_the_language(language):
    strange = {
        country.code: country.name(language)
        for country in shipped_countries().values()
        if not {unicodedata.name(c).split()[0] for c in country.name(language) if c.isalpha()}
        <= {BLOCK[language]}
        or not any(c.isalpha() for c in country.name(language))
    }

    assert strange == {}


def test_every_name_in_every_language_is_an_answer_or_a_candidate():
    for country in shipped_countries().values():
        for name in country.names():
            assert country.code in {
                suggestion.country.code for suggestion in shipped_gazetteer().suggest(name)
            }


def test_every_territory_has_a_real_responsible_state_or_none():
    countries = shipped_countries()
    territories = [country for country in countries.values() if not country.is_member_state]

    assert {country.code for country in territories if country.member_state is None} == UNASSIGNED
    for territory in territories:
        if territory.member_state is not None:
            assert countries[territory.member_state].is_member_state
            assert territory.region == countries[territory.member_state].region


@pytest.mark.parametrize(
    ("territory", "state"),
    [("HKG", "CHN"), ("MAC", "CHN"), ("BMU", "GBR"), ("PRI", "USA"), ("GLP", "FRA"), ("ABW", "NLD"), ("FRO", "DNK"),
     ("ALA", "FIN"), ("NFK", "AUS"), ("TKL", "NZL"), ("SJM", "NOR"), ("GIB", "GBR")],
)  # fmt: skip
def test_a_territory_counts_for_the_state_that_answers_for_it(territory, state):
    assert shipped_countries()[territory].member_state == state


def test_the_state_of_palestine_is_unassigned_and_in_the_arab_states():
    palestine = shipped_countries()["PSE"]

    assert (palestine.member_state, palestine.region) == (None, "arab-states")


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2023, 12, 12), 46),
        (date(2023, 12, 13), 45),
        (date(2024, 12, 13), 44),
        (date(2026, 11, 23), 44),
        (date(2026, 11, 24), 41),
    ],
)
def test_the_list_of_least_developed_countries_depends_on_the_day(day, count):
    assert len(in_group("LDC", day)) == count


@pytest.mark.parametrize(
    ("country", "first_day_without"),
    [("BTN", date(2023, 12, 13)), ("STP", date(2024, 12, 13)), ("BGD", date(2026, 11, 24)), ("LAO", date(2026, 11, 24)),
     ("NPL", date(2026, 11, 24)), ("GNQ", date(2017, 6, 4))],
)  # fmt: skip
def test_a_country_leaves_the_least_developed_on_its_day(country, first_day_without):
    day_before = date.fromordinal(first_day_without.toordinal() - 1)

    assert country in in_group("LDC", day_before)
    assert country not in in_group("LDC", first_day_without)


def test_there_are_32_landlocked_developing_countries():
    assert len(in_group("LLDC", date(2026, 11, 23))) == 32


def test_an_income_group_always_says_of_which_year_it_is():
    assert all((c.income_group is None) == (c.income_group_on is None) for c in shipped_countries().values())


@pytest.mark.parametrize("file", file_names())
def test_every_fact_names_its_source_and_how_sure_it_is(file):
    assert shipped_facts(file)
    assert all(fact.source and isinstance(fact.certainty, Certainty) for fact in shipped_facts(file))
