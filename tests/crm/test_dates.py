from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from crm.dates import day_of, in_utc
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
