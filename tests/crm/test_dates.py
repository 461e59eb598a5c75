from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from crm.dates import day_of, in_utc, last_day_of, months_after
from crm.errors import InvalidInput

TODAY = date(2026, 11, 24)


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
        ("9999m", date(2860, 2, 24)),
        ("2027-04-01", date(2027, 4, 1)),
        (date(2027, 4, 1), date(2027, 4, 1)),
        (datetime(2027, 4, 1, 23, 59, tzinfo=UTC), date(2027, 4, 1)),
    ],
)
def test_a_day_is_understood_as_people_write_it(when, day):
    assert day_of(when, today=TODAY) == day


@pytest.mark.parametrize(
    "when", ["", "soon", "14", "-3d", "14dd", "10000d", "01/04/2027", "2027-02-30", "1d 2w"]
)
def test_what_is_no_day_is_refused_with_the_forms_that_are(when):
    with pytest.raises(InvalidInput) as caught:
        day_of(when, today=TODAY, field="due_by")
    assert (caught.value.field, caught.value.value) == ("due_by", when)
    assert "14d" in caught.value.hint


def test_an_instant_must_say_its_time_zone():
    at = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=3)))
    assert in_utc(at) == at
    assert in_utc(at).tzinfo is UTC
    with pytest.raises(InvalidInput, match="2026-11-24 09:30 has no time zone") as caught:
        in_utc(at.replace(tzinfo=None), field="at")
    assert caught.value.field == "at"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 24), 1, date(2026, 12, 24)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_keep_the_day_where_the_month_has_it(day, months, later):
    assert months_after(day, months) == later


def test_a_last_day_is_from_today_on():
    assert last_day_of("today", today=TODAY) == TODAY
    assert last_day_of("1m", today=TODAY) == date(2026, 12, 24)
    with pytest.raises(InvalidInput, match="2026-11-23 is over") as caught:
        last_day_of("yesterday", today=TODAY)
    assert caught.value.field == "until"
