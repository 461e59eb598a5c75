from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.reference.working_days import add_working_days, working_calendar


@pytest.mark.parametrize(
    ("start", "days", "country", "expected"),
    [
        (date(2026, 11, 23), 10, "CH", date(2026, 12, 7)),
        (date(2026, 11, 26), 1, "EG", date(2026, 11, 29)),  # Thursday; Friday and Saturday are the weekend
        (date(2026, 11, 26), 1, "EGY", date(2026, 11, 29)),
        (date(2026, 11, 26), 1, "KE", date(2026, 11, 27)),
        (date(2026, 12, 24), 1, "CH-GE", date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2026, 12, 30), 1, "CH-GE", date(2027, 1, 4)),  # Restoration of the Republic, New Year, weekend
        (date(2026, 12, 30), 1, "CH", date(2026, 12, 31)),  # only Geneva keeps 31 December
        (date(2026, 3, 20), 1, "NA", date(2026, 3, 23)),  # Namibia's Independence Day is a Saturday
        (date(2027, 3, 19), 1, "NAM", date(2027, 3, 23)),  # on a Sunday it moves to the Monday
        (date(2026, 11, 27), 0, "KE", date(2026, 11, 27)),
        (date(2026, 11, 28), 0, "KE", date(2026, 11, 30)),
        (date(2026, 12, 24), 1, None, date(2026, 12, 25)),
        (date(2026, 12, 24), 1, "ZZ", date(2026, 12, 25)),
    ],
)
def test_working_days_follow_the_week_and_holidays_of_the_country(start, days, country, expected):
    assert add_working_days(start, days, country) == expected


@pytest.mark.parametrize("country", ["ZZ", "", None, "Utopia", "CH-XX", "os"])
def test_a_country_that_is_not_known_falls_back_and_says_so(country):
    calendar = working_calendar(country)

    assert not calendar.known
    assert "Monday to Friday" in calendar.note
    assert [calendar.is_working_day(date(2026, 11, day)) for day in (27, 28, 29, 30)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_known_country_has_nothing_to_explain():
    assert working_calendar("KE").known
    assert working_calendar("KE").note == ""


def test_every_country_of_the_book_has_a_calendar(book):
    # The code of Morocco used to be taken for the month of March, and stopped every journey there.
    assert [country.code for country in book.countries if not working_calendar(country.code).known] == []


@pytest.mark.parametrize("days", [-1, 1001])
def test_an_impossible_number_of_days_is_refused(days):
    with pytest.raises(InvalidInput):
        add_working_days(date(2026, 11, 23), days, "KE")


@given(
    start=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    days=st.integers(0, 30),
    country=st.sampled_from(["CH", "EG", "IR", None]),
)
def test_the_result_is_a_working_day_and_counts_right(start, days, country):
    calendar = working_calendar(country)
    end = calendar.add(start, days)

    assert calendar.is_working_day(end)
    between = [date.fromordinal(n) for n in range(start.toordinal() + 1, end.toordinal() + 1)]
    assert days == 0 or sum(calendar.is_working_day(day) for day in between) == days
