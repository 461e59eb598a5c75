from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.dates import day_of, end_of, in_utc, last_day_of
from crm.errors import InvalidInput

TODAY = date(2026, 11, 24)  # a Tuesday
WEEKDAYS = ["monday", "tue", "wednesday", "thu", "friday", "sat", "sunday"]
MONTHS = [
    "january",
    "feb",
    "march",
    "apr",
    "may",
    "jun",
    "july",
    "aug",
    "september",
    "oct",
    "november",
    "dec",
]


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("today", TODAY),
        (" Tomorrow ", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 23)),
        ("14d", date(2026, 12, 8)),
        ("0d", TODAY),
        ("2 W", date(2026, 12, 8)),
        ("9999w", TODAY + timedelta(weeks=9999)),
        ("3m", date(2027, 2, 24)),
        ("1y", date(2027, 11, 24)),
        ("in 3 weeks", date(2026, 12, 15)),
        ("in a month", date(2026, 12, 24)),
        ("10 days", date(2026, 12, 4)),
        ("3d ago", date(2026, 11, 21)),
        ("a week ago", date(2026, 11, 17)),
        ("friday", date(2026, 11, 27)),
        ("This Friday", date(2026, 11, 27)),
        ("tue", date(2026, 12, 1)),
        ("monday", date(2026, 11, 30)),
        ("next friday", date(2026, 12, 4)),
        ("next monday", date(2026, 11, 30)),
        ("monday week", date(2026, 12, 7)),
        ("next week", date(2026, 12, 1)),
        ("next month", date(2026, 12, 24)),
        ("next year", date(2027, 11, 24)),
        ("end of month", date(2026, 11, 30)),
        ("end of the quarter", date(2026, 12, 31)),
        ("end of year", date(2026, 12, 31)),
        ("15 march", date(2027, 3, 15)),
        ("March 15", date(2027, 3, 15)),
        ("24 november", TODAY),
        ("23rd nov", date(2027, 11, 23)),
        ("15 march 2026", date(2026, 3, 15)),
        ("march 15, 2027", date(2027, 3, 15)),
        ("29 february", date(2028, 2, 29)),
        ("9999m", date(2860, 2, 24)),
        ("2027-04-01", date(2027, 4, 1)),
        (date(2027, 4, 1), date(2027, 4, 1)),
        (datetime(2027, 4, 1, 23, 59, tzinfo=UTC), date(2027, 4, 1)),
    ],
)
def test_a_day_is_understood_as_people_write_it(when, day):
    assert day_of(when, today=TODAY) == day


@pytest.mark.parametrize(
    ("when", "today", "day"),
    [
        ("1m", date(2027, 1, 31), date(2027, 2, 28)),
        ("1m", date(2028, 1, 31), date(2028, 2, 29)),
        ("1m ago", date(2027, 3, 31), date(2027, 2, 28)),
        ("1y", date(2028, 2, 29), date(2029, 2, 28)),
        ("13m", date(2026, 12, 31), date(2028, 1, 31)),
        ("end of month", date(2027, 1, 31), date(2027, 1, 31)),
        ("end of quarter", date(2027, 5, 31), date(2027, 6, 30)),
        ("sunday", date(2026, 11, 29), date(2026, 12, 6)),
        ("monday", date(2026, 11, 29), date(2026, 11, 30)),
        ("next monday", date(2026, 11, 29), date(2026, 11, 30)),
        ("29 february", date(2097, 1, 1), date(2104, 2, 29)),
    ],
)
def test_months_end_where_they_end_and_weeks_begin_on_monday(when, today, day):
    assert day_of(when, today=today) == day


@pytest.mark.parametrize(
    "when",
    [
        *(
            "",
            "soon",
            "14",
            "-3d",
            "14dd",
            "10000d",
            "2027-02-30",
            "1d 2w",
            "9999y",
            "9999y ago",
            "in 3 weeks ago",
        ),
        *(
            "32 march",
            "31 february",
            "0 march",
            "29 february 2027",
            "2027-4-1",
            "friday 13",
            "next friday week",
        ),
        *("next day", "end of week", "demain", "in 2 semaines", "fr"),
    ],
)
def test_what_is_no_day_is_refused_with_the_forms_that_are(when):
    with pytest.raises(InvalidInput, match="is not a day") as caught:
        day_of(when, today=TODAY, field="due_by")
    assert (caught.value.field, caught.value.value) == ("due_by", when)
    assert "14d" in caught.value.hint
    assert "English" in caught.value.hint


@pytest.mark.parametrize("when", ["03/04/2027", "3/4/27", "03.04.2027", "31-12-2027"])
def test_numbers_that_may_be_day_or_month_first_are_refused_and_not_guessed(when):
    with pytest.raises(InvalidInput, match="more than one way") as caught:
        day_of(when, today=TODAY)
    assert "3 April 2027" in caught.value.hint


AHEAD = st.one_of(
    st.sampled_from(["today", "tomorrow", "next week", "next month", "next year"]),
    st.builds("{}{}".format, st.integers(0, 999), st.sampled_from("dwmy")),
    st.builds("in {} {}".format, st.integers(0, 999), st.sampled_from(["days", "weeks", "months", "years"])),
    st.builds("{}{}".format, st.sampled_from(["", "next ", "this "]), st.sampled_from(WEEKDAYS)),
    st.builds("{} week".format, st.sampled_from(WEEKDAYS)),
    st.builds("end of {}".format, st.sampled_from(["month", "quarter", "year"])),
    st.builds("{} {}".format, st.integers(1, 28), st.sampled_from(MONTHS)),
    st.builds("{} {}".format, st.sampled_from(MONTHS), st.integers(1, 28)),
)


@given(when=AHEAD, today=st.dates(date(1990, 1, 1), date(2999, 12, 31)))
def test_no_words_mean_a_day_gone_by_unless_they_say_so(when, today):
    assert day_of(when, today=today) >= today


@given(days=st.integers(0, 999), unit=st.sampled_from("dw"), today=st.dates(date(1990, 1, 1)))
def test_ago_undoes_ahead(days, unit, today):
    try:
        later = day_of(f"{days}{unit}", today=today)
    except InvalidInput:
        assert today.year > 9900
    else:
        assert day_of(f"{days}{unit} ago", today=later) == today


@given(when=st.text(max_size=30))
def test_whatever_is_typed_is_a_day_or_refused(when):
    with suppress(InvalidInput):
        assert isinstance(day_of(when, today=TODAY), date)


@pytest.mark.parametrize(
    ("day", "over"),
    [
        (date(2026, 11, 24), datetime(2026, 11, 24, 23, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # 25 hours: summer time ends
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),  # 23 hours: it begins
    ],
)
def test_a_day_is_over_at_midnight_of_its_place(day, over):
    assert end_of(day, ZoneInfo("Europe/Zurich")) == over


def test_an_instant_must_say_its_time_zone():
    at = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=3)))
    assert in_utc(at) == at
    assert in_utc(at).tzinfo is UTC
    with pytest.raises(InvalidInput, match="2026-11-24 09:30 has no time zone") as caught:
        in_utc(at.replace(tzinfo=None), field="at")
    assert caught.value.field == "at"


def test_a_last_day_is_from_today_on():
    assert last_day_of("today", today=TODAY) == TODAY
    assert last_day_of("1m", today=TODAY) == date(2026, 12, 24)
    with pytest.raises(InvalidInput, match="2026-11-23 is over") as caught:
        last_day_of("yesterday", today=TODAY)
    assert caught.value.field == "until"
