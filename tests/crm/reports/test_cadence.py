"""When a subscription is due: a table of instants, days and places."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.reports.cadence import Cadence, cadence

GENEVA, NAIROBI, NEW_YORK = (ZoneInfo(z) for z in ("Europe/Zurich", "Africa/Nairobi", "America/New_York"))
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 24 November 2026 is a Tuesday.
@pytest.mark.parametrize(
    ("every", "at", "now", "zone", "due"),
    [
        ("daily", "07:00", "2026-11-24 05:59", GENEVA, None),
        ("daily", "07:00", "2026-11-24 06:00", GENEVA, date(2026, 11, 24)),
        ("daily", "07:00", "2026-11-24 21:59", GENEVA, date(2026, 11, 24)),
        ("daily", "07:00", "2026-11-24 22:00", GENEVA, None),
        ("daily", "23:55", "2026-11-24 23:05", GENEVA, date(2026, 11, 24)),
        ("daily", "07:00", "2026-11-24 04:00", NAIROBI, date(2026, 11, 24)),
        ("daily", "07:00", "2026-11-23 17:30", KIRITIMATI, date(2026, 11, 24)),
        ("weekdays", "07:00", "2026-11-28 12:00", GENEVA, None),
        ("weekdays", "07:00", "2026-11-30 12:00", GENEVA, date(2026, 11, 30)),
        ("weekly:friday", "07:00", "2026-11-26 12:00", GENEVA, None),
        ("weekly:friday", "07:00", "2026-11-27 12:00", GENEVA, date(2026, 11, 27)),
        ("weekly:friday", "23:30", "2026-11-28 04:45", NEW_YORK, date(2026, 11, 27)),
        ("monthly:1", "07:00", "2026-12-01 12:00", GENEVA, date(2026, 12, 1)),
        ("monthly:31", "07:00", "2027-02-28 12:00", GENEVA, date(2027, 2, 28)),
        ("monthly:31", "07:00", "2027-02-27 12:00", GENEVA, None),
        ("monthly:30", "07:00", "2026-12-31 12:00", GENEVA, None),
    ],
)
def test_a_subscription_is_due_at_its_hour_where_its_reader_is(every, at, now, zone, due):
    assert cadence(every, at).due_on(utc(now), zone) == due


def test_wish_14_an_hour_that_the_clocks_skip_is_due_as_much_later():
    # Geneva goes from 02:00 to 03:00 on 28 March 2027.
    early = cadence("daily", "02:30")
    assert early.due_on(utc("2027-03-28 01:29"), GENEVA) is None
    assert early.due_on(utc("2027-03-28 01:30"), GENEVA) == date(2027, 3, 28)


def test_wish_14_an_hour_that_comes_twice_names_one_day():
    # Geneva goes from 03:00 back to 02:00 on 31 October 2027: 02:30 comes at 00:30 and at 01:30 UTC.
    early = cadence("daily", "02:30")
    twice = {early.due_on(utc(f"2027-10-31 {at}"), GENEVA) for at in ("00:30", "01:30", "02:30")}
    assert twice == {date(2027, 10, 31)}


def test_wish_14_who_reads_in_another_zone_gets_it_at_the_same_hour_of_their_own_day():
    seven = cadence("daily", "07:00")
    hours = [utc("2026-11-24 00:00") + timedelta(hours=hour) for hour in range(24)]
    first = {
        zone.key: next(now.hour for now in hours if seven.due_on(now, zone) == date(2026, 11, 24))
        for zone in (GENEVA, NAIROBI, NEW_YORK)
    }
    assert first == {"Europe/Zurich": 6, "Africa/Nairobi": 4, "America/New_York": 12}


@given(
    now=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from(
        ["Europe/Zurich", "Africa/Cairo", "America/New_York", "Pacific/Apia", "Asia/Tehran"]
    ),
    minutes=st.integers(0, 24 * 60 - 1),
)
def test_every_day_comes_exactly_once_whatever_the_clocks_do(now, zone, minutes):
    where, daily = ZoneInfo(zone), Cadence("daily", time(minutes // 60, minutes % 60))
    start = now.replace(tzinfo=UTC)
    looks = [start + timedelta(minutes=10 * step) for step in range(3 * 144)]
    due = [day for look in looks if (day := daily.due_on(look, where))]
    assert due == sorted(due)
    days = {start.astimezone(where).date() + timedelta(days=day) for day in range(4)}
    hours = {day: datetime.combine(day, daily.at, tzinfo=where) for day in days}
    assert set(due) >= {day for day, hour in hours.items() if looks[0] <= hour <= looks[-2]}


@pytest.mark.parametrize("every", ["hourly", "weekly", "weekly:someday", "monthly:0", "monthly:32", ""])
def test_a_rhythm_that_there_is_not_is_refused(every):
    with pytest.raises(InvalidInput, match="no rhythm"):
        cadence(every, "07:00")


@pytest.mark.parametrize("at", ["7", "25:00", "noon", ""])
def test_a_time_that_there_is_not_is_refused(at):
    with pytest.raises(InvalidInput, match="no time of day"):
        cadence("daily", at)


def test_it_says_when_it_comes():
    assert str(cadence("Weekly: Friday", "07:30")) == "weekly, friday at 07:30"
