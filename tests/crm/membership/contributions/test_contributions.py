"""The classes of Member States in the book: what is derived beside what was recorded."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.contributions.class_history import (
    Origin,
    StateContribution,
    in_force,
    in_order,
    lines_of_year,
    units_of_year,
)
from crm.membership.contributions.reduction import ClassRule, Compared

PERIOD = date(2028, 1, 1)


def held(units, since, origin=Origin.REFERENCE):
    return StateContribution(state="KEN", units=Fraction(units), since_on=since, origin=origin, source="")


def test_all_194_member_states_have_a_class_and_it_is_said_to_be_derived(book):
    found = book.contributions.all(on=date(2024, 12, 31))
    assert len(found) == 194
    assert {(each.origin, each.certainty) for each in found} == {("reference", "derived")}
    assert all(each.source for each in found)


def test_the_units_of_2024_add_up_to_355_96(book):
    assessed = book.contributions.units_assessed(2024)
    assert (assessed.states, assessed.not_stated) == (194, ())
    assert round(float(assessed.units), 2) == 355.96
    assert book.contributions.units_total(date(2024, 12, 31)).units == 356


def test_states_without_a_known_class_are_named_and_count_nothing(book):
    total = book.contributions.units_total(date(2019, 6, 1))
    assert total.states < 40
    assert len(total.not_stated) == 194 - total.states
    assert "KEN" in total.not_stated
    with pytest.raises(NotFound, match="No class of Kenya"):
        book.contributions.of("KEN", on=date(2019, 6, 1))


def test_palau_pays_from_the_first_day_of_the_month_of_its_accession(book):
    (line,) = book.contributions.assessed("Palau", 2024)
    assert (line.since_on, line.until_on, line.months) == (date(2024, 9, 1), date(2024, 12, 31), 4)
    assert line.amount == Decimal("6625.00")  # 318,000 / 16 x 4 / 12
    (whole,) = book.contributions.assessed("PLW", 2025)
    assert (whole.months, whole.amount) == (12, Decimal("19875.00"))
    assert book.contributions.assessed("PLW", 2023) == ()


@pytest.mark.parametrize(
    ("year", "doubt"), [(2022, ""), (2025, "derived"), (2028, "preliminary, unverified")]
)
def test_what_a_state_contributes_says_how_sure_the_unit_is(book, year, doubt):
    book.contributions.choose("KEN", 1, effective_on=date(2022, 1, 1), reason="Note of the State")
    assert {line.doubt for line in book.contributions.assessed("KEN", year)} == {doubt}


def test_china_changed_its_class_inside_a_period(book):
    units = [(each.units, each.since_on) for each in book.contributions.history("China")]
    assert units[:2] == [(14, date(2017, 1, 1)), (20, date(2018, 1, 1))]
    assert book.contributions.of("CHN", on=date(2017, 12, 31)).units == 14
    assert book.contributions.of("CHN", on=date(2018, 1, 1)).units == 20


def test_pakistan_went_from_2_to_1_which_it_had_chosen_for_the_period(book):
    (warning,) = book.contributions.check("PAK", 1, effective_on=date(2020, 1, 1))
    assert warning.rule is ClassRule.REDUCTION_LIMIT
    assert (warning.earlier.units, warning.earlier.compared) == (2, Compared.IN_FORCE)
    assert warning.earlier.since_on == date(2018, 1, 1)
    far = book.contributions.check("PAK", "1/4", effective_on=date(2020, 1, 1))
    assert [each.earlier.compared for each in far] == [Compared.CHOSEN, Compared.IN_FORCE]


@pytest.mark.parametrize(
    ("state", "units", "year", "lowest"),
    [
        ("FRA", 21, 2016, None),
        ("CAN", 13, 2016, 15),
        ("CAN", 11, 2020, None),
        ("LBY", "1/4", 2024, Fraction(1, 2)),
    ],
)
def test_the_book_warns_of_what_went_beyond_the_limit(book, state, units, year, lowest):
    found = book.contributions.check(state, units, effective_on=date(year, 1, 1))
    assert [warning.lowest for warning in found] == ([] if lowest is None else [lowest])


@pytest.mark.parametrize(
    ("units", "on", "rules"),
    [
        (18, "2026-12-01", [ClassRule.INSIDE_PERIOD]),
        (16, "2026-12-01", [ClassRule.REDUCTION_LIMIT, ClassRule.INSIDE_PERIOD]),
        (21, "2026-12-01", []),
        (22, "2026-12-01", []),
        (18, "2028-01-01", []),
    ],
)
def test_a_lower_class_is_for_the_next_period_and_a_higher_one_for_any_time(book, units, on, rules):
    found = book.contributions.check("FRA", units, effective_on=on)
    assert [warning.rule for warning in found] == rules
    for warning in found[-1:]:
        assert "inside the financial period that began on 2024-01-01" in str(warning)
        assert "(unverified)" in str(warning)


def test_every_state_in_a_small_class_may_choose_it_again(book):
    small = [each for each in book.contributions.all(on=date(2024, 12, 1)) if each.units < Fraction(1, 4)]
    assert len(small) == 60
    for each in small:
        assert book.contributions.check(each.state, each.units, effective_on=date(2024, 12, 1)) == (), (
            each.state
        )


def test_a_recorded_choice_goes_before_what_is_derived_from_its_day_on(book):
    book.contributions.choose("Kenya", 2, effective_on=date(2026, 7, 15), reason="Note verbale 12/2026")
    *_, derived, chosen = book.contributions.history("KEN")
    assert (derived.units, derived.until_on) == (1, date(2026, 7, 14))
    assert (chosen.units, chosen.origin, chosen.note) == (2, Origin.RECORDED, "Note verbale 12/2026")
    lines = book.contributions.assessed("KEN", 2026)
    assert [(line.units, line.months) for line in lines] == [(1, 6), (2, 6)]
    assert sum(line.amount for line in lines) == Decimal("477000.00")


def test_the_last_line_of_a_day_counts_and_one_that_is_taken_back_does_not(book):
    for units in (2, 3):
        book.contributions.choose("KEN", units, effective_on=date(2024, 1, 1), reason="Mistyped")
    assert book.contributions.of("KEN").units == 3
    book.contributions.withdraw("KEN", effective_on=date(2024, 1, 1), reason="It was Nigeria")
    assert (book.contributions.of("KEN").units, book.contributions.of("KEN").origin) == (1, Origin.REFERENCE)
    assert [line.units for line in book.contributions.recorded("KEN")] == [2, 3, None]
    with pytest.raises(NotFound):
        book.contributions.withdraw("KEN", effective_on=date(2024, 1, 1), reason="Again")


def test_a_class_that_a_rule_warns_of_needs_a_reason_and_is_never_forbidden(book):
    with pytest.raises(Refused, match="15") as refused:
        book.contributions.choose("USA", 20, effective_on=PERIOD, reason="PP-26")
    assert refused.value.rule == "contributions.reduction_limit"
    assert "35 (chosen for the period, since 2024-01-01)" in str(refused.value)
    line = book.contributions.choose(
        "USA", 20, effective_on=PERIOD, reason="PP-26", override="authorised by the Conference"
    )
    assert line.override == "authorised by the Conference"
    assert [warning.partition(",")[0] for warning in line.warnings] == ["20 is less than 29"]
    assert book.contributions.of("USA", on=PERIOD).warnings == tuple(line.warnings)


def test_an_increase_is_always_possible_even_above_40(book):
    line = book.contributions.choose(
        "USA", 45, effective_on=date(2026, 5, 1), reason="Announced to the Council"
    )
    assert (line.units, line.warnings) == (45, [])


@pytest.mark.parametrize("units", ["22.5", "1 3/4", "1/32"])
def test_what_is_no_class_is_refused_with_the_classes_around_it(book, units):
    with pytest.raises(InvalidInput) as wrong:
        book.contributions.choose("FRA", units, effective_on=PERIOD, reason="PP-26")
    assert wrong.value.field == "units"
    assert wrong.value.candidates


def test_a_territory_chooses_no_class(book):
    with pytest.raises(InvalidInput, match="no Member State"):
        book.contributions.of("Greenland")


def test_a_rehearsal_says_the_same_and_writes_nothing(book):
    said = book.contributions.choose("KEN", 2, effective_on=PERIOD, reason="PP-26", dry_run=True)
    assert (said.units, book.contributions.recorded("KEN")) == (2, ())


def test_the_database_lets_nobody_change_a_line(book):
    line = book.contributions.choose("KEN", 2, effective_on=PERIOD, reason="PP-26")
    with book.engine.begin() as connection, pytest.raises(Exception, match="append"):
        connection.exec_driver_sql(f"UPDATE contribution_choice SET units = 3 WHERE id = {line.id}")


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
UNITS = st.sampled_from([Fraction(1, 16), Fraction(1, 4), Fraction(3, 2), Fraction(21)])


@given(st.lists(st.tuples(DAYS, UNITS), unique_by=lambda entry: entry[0]), st.randoms(), DAYS)
def test_the_order_of_entry_says_nothing_and_each_day_has_one_class(entries, chance, day):
    rows = [held(units, since) for since, units in entries]
    history = in_order(rows)
    chance.shuffle(rows)
    assert in_order(rows) == history
    covering = [each for each in history if each.since_on <= day and (each.until_on or date.max) >= day]
    assert covering == ([in_force(history, day)] if in_force(history, day) else [])


@given(st.lists(st.tuples(DAYS, UNITS), unique_by=lambda entry: entry[0]), st.integers(2020, 2030))
def test_the_lines_of_a_year_are_whole_months_that_add_up_to_the_units_assessed(entries, year):
    history = in_order([held(units, since) for since, units in entries])
    lines = lines_of_year(history, year, Decimal(318000))
    assert sum(line.units * line.months for line in lines) / 12 == units_of_year(history, year)
    assert sum(line.months for line in lines) <= 12
    exact = units_of_year(history, year) * 318000
    assert abs(Fraction(sum(line.amount for line in lines)) - exact) <= Fraction(len(lines), 200)
