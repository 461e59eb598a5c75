from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
from support.reference_facts import shipped_countries, shipped_facts

from crm.errors import NotFound
from crm.reference.contribution_scale import Scale, scale_on
from crm.reference.financial_periods import find_period
from crm.reference.small_class_states import former_grounds, small_class_grounds
from crm.reference.units import units_of

# The published page's scale, and the classes of 2024 as DOMAIN 1.3 lists them; the other 59 States are at 1/4.
CURRENT = [*map(str, range(40, 1, -1)), "1 1/2", "1", "1/2", "1/4", "1/8", "1/16"]
OLDER = [
    "40",
    "35",
    "30",
    "28",
    "25",
    "23",
    "20",
    "18",
    "15",
    "13",
    "10",
    "8",
    "5",
    "4",
    "3",
    "2",
    "1 1/2",
    "1",
    "1/2",
    "1/4",
    "1/8",
    "1/16",
]
CLASSES_OF_2024 = {
    "35": "USA",
    "30": "JPN",
    "25": "DEU",
    "21": "FRA",
    "20": "CHN",
    "15": "ITA RUS",
    "13": "AUS SAU",
    "11": "BRA CAN",
    "10": "CHE GBR IND KOR",
    "6": "ESP",
    "5": "KWT NLD NOR",
    "4": "SWE ZAF",
    "3": "ARE BEL MEX",
    "2": "CIV FIN IRL MYS NGA NZL QAT",
    "1 1/2": "DNK THA",
    "1": "AUT AZE BHR CMR COL CZE DZA GIN GRC IDN IRN IRQ ISR KEN MAR OMN PAK POL PRT ROU SEN SGP TUR",
    "1/2": "ARG BRN BWA CHL EGY HUN JOR KAZ LIE LUX PHL PNG PRY SVK TTO TUN VEN VNM ZWE",
    "1/8": "AGO BGD BLZ BTN GMB KHM MDG MDV MKD MMR MNE NER PRK SLE SWZ ZMB",
    "1/16": "AFG ATG BDI BIH CAF COD COM CPV DJI DMA ERI ETH FSM GNB GRD HTI KIR KNA LAO LBR LCA LSO MHL MOZ MRT MWI "
    "NPL NRU PLW SDN SLB SOM SSD STP SYC TCD TJK TLS TON TUV VCT VUT WSM YEM",
}
OTHERS_IN_SMALL_CLASSES = {
    *("BLZ", "BTN", "MDV", "MKD", "MNE", "PRK", "SWZ"),
    *(
        "ATG",
        "BIH",
        "CPV",
        "DMA",
        "FSM",
        "GRD",
        "KNA",
        "LCA",
        "MHL",
        "NRU",
        "PLW",
        "SYC",
        "TJK",
        "TON",
        "VCT",
        "VUT",
    ),
    "WSM",
}


def scale(name):
    rows = [fact for fact in shipped_facts("contribution_scale.csv") if fact.scale == name]
    return Scale(tuple(row.units for row in rows), open_above=next(r.units for r in rows if r.open_above))


def classes_on(day):
    rows = sorted(shipped_facts("state_classes.csv"), key=lambda fact: fact.effective_on)
    return {fact.country: fact.units for fact in rows if fact.effective_on <= day}


# The increases that the published contributions show: those of a new period, and those inside one.
INCREASES = [
    ("MEX", 2016, "1", "3"),
    ("MYS", 2016, "1", "2"),
    ("CIV", 2020, "1/4", "2"),
    ("TGO", 2020, "1/16", "1/4"),
    ("USA", 2024, "30", "35"),
    ("BRA", 2024, "3", "11"),
    ("GIN", 2024, "1/8", "1"),
    ("PNG", 2024, "1/4", "1/2"),
    ("GNQ", 2024, "1/8", "1/4"),
    ("KHM", 2024, "1/16", "1/8"),
]
INSIDE_A_PERIOD = [
    ("CHN", 2018, "14", "20"),
    ("PAK", 2018, "1", "2"),
    ("KWT", 2019, "3", "5"),
    ("QAT", 2019, "1", "2"),
    ("IRQ", 2019, "1/4", "1"),
]


@pytest.mark.parametrize(("name", "classes"), [("steps_of_one", CURRENT), ("older", OLDER)])
def test_a_scale_has_its_classes_and_no_others(name, classes):
    assert scale(name).classes == tuple(map(units_of, classes))


@pytest.mark.parametrize(("units", "states"), CLASSES_OF_2024.items())
def test_every_class_of_2024_has_its_states(units, states):
    found = classes_on(date(2024, 12, 31))
    assert {state for state, has in found.items() if has == units_of(units)} == set(states.split())


def test_the_remaining_59_states_are_at_a_quarter_and_all_194_have_a_class():
    found = classes_on(date(2024, 12, 31))
    states = {state.code for state in shipped_countries().values() if state.is_member_state}
    listed = {state for names in CLASSES_OF_2024.values() for state in names.split()}
    assert found.keys() == states
    assert {state for state, units in found.items() if units == Fraction(1, 4)} == states - listed
    assert len(states - listed) == 59


@pytest.mark.parametrize(("state", "year", "before", "after"), INCREASES + INSIDE_A_PERIOD)
def test_an_increase_is_on_file_for_the_year_in_which_it_took_effect(state, year, before, after):
    found = classes_on(date(year - 1, 12, 31))[state], classes_on(date(year, 1, 1))[state]
    assert found == (units_of(before), units_of(after))
    begins = {fact.valid_from.year for fact in shipped_facts("financial_periods.csv")}
    assert (year in begins) == ((state, year, before, after) in INCREASES)


def test_no_state_is_in_a_class_twice_or_off_the_scale_of_its_day():
    rows = shipped_facts("state_classes.csv")
    assert max(Counter((row.country, row.effective_on) for row in rows).values()) == 1
    older, current = scale("older"), scale("steps_of_one")
    assert all((older if row.effective_on.year < 2016 else current).holds(row.units) for row in rows)
    assert {row.certainty for row in rows} == {"derived"}


def test_the_24_states_that_are_no_ldc_and_pay_the_small_classes_may_choose_them(store):
    with store.reading() as session:
        grounds = small_class_grounds(session, date(2024, 12, 1))
        later = small_class_grounds(session, date(2028, 1, 1))
    assert {state for state, why in grounds.items() if "Council" in why} == OTHERS_IN_SMALL_CLASSES
    assert len(OTHERS_IN_SMALL_CLASSES) == 24
    small = {state for state, units in classes_on(date(2024, 12, 1)).items() if units < Fraction(1, 4)}
    assert small <= grounds.keys()
    assert "STP" in grounds  # it left the LDCs on 13 December 2024
    assert "STP" not in later


def test_who_was_a_least_developed_country_is_told_with_the_day_and_how_sure_it_is(store):
    with store.reading() as session:
        before, former = (former_grounds(session, day) for day in (date(2026, 11, 23), date(2028, 1, 1)))
    assert former.keys() - before.keys() == {"BGD", "LAO", "NPL"}
    assert {"BTN", "STP"} <= before.keys()
    assert former["BGD"] == "a least developed country until 2026-11-24 (unverified)"
    assert former["NPL"].endswith("(derived)")


def test_the_scale_goes_by_the_day(store):
    with store.reading() as session:
        before, after = scale_on(session, date(2015, 12, 31)), scale_on(session, date(2016, 1, 1))
    assert before.classes == scale("older").classes
    assert not before.holds(Fraction(21))
    assert after.holds(Fraction(21))
    assert after.reserved == {Fraction(1, 8), Fraction(1, 16)}


@pytest.mark.parametrize(
    ("units", "holds", "at_or_below", "below", "above"),
    [
        ("42", True, "42", "41", "43"),
        ("41 1/2", False, "41", "41", "42"),
        ("40", True, "40", "39", "41"),
        ("22.5", False, "22", "22", "23"),
        ("1 3/4", False, "1 1/2", "1 1/2", "2"),
        ("1/16", True, "1/16", "1/16", "1/8"),
        ("1/32", False, "1/16", "1/16", "1/16"),
    ],
)
def test_the_scale_finds_the_classes_around_a_number(units, holds, at_or_below, below, above):
    classes, given = scale("steps_of_one"), units_of(units)
    assert classes.holds(given) is holds
    found = classes.at_or_below(given), classes.below(given), classes.above(given)
    assert found == (units_of(at_or_below), units_of(below), units_of(above))


def test_a_period_is_found_by_its_years(store):
    with store.reading() as session:
        assert find_period(session, "2028").name == find_period(session, "2028-2031").name == "2028-2031"
        assert find_period(session, "2028").last_on == date(2031, 12, 31)
        with pytest.raises(NotFound) as unknown:
            find_period(session, "1999")
    assert "2024-2027" in unknown.value.candidates
