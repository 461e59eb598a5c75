from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.outreach.send_hours import SendHours
from crm.reference.time_zones import country_zones, zone_of_country
from crm.reference.working_days import working_calendar

OFFICE = SendHours.parse("09:00-17:00")
assert OFFICE


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def instants(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    seconds = st.integers(0, int((last - first).total_seconds()))
    return seconds.map(lambda passed: first + timedelta(seconds=passed))


@pytest.mark.parametrize(
    ("country", "now", "opens_at"),
    [
        ("KEN", utc(2026, 11, 24, 9, 30), utc(2026, 11, 24, 9, 30)),  # half past twelve in Nairobi
        ("KEN", utc(2026, 11, 24, 6, 0), utc(2026, 11, 24, 6, 0)),  # nine o'clock sharp counts
        ("KEN", utc(2026, 11, 24, 5, 59, 59), utc(2026, 11, 24, 6, 0)),
        ("KEN", utc(2026, 11, 24, 14, 0), utc(2026, 11, 25, 6, 0)),  # five o'clock sharp does not
        ("KEN", utc(2026, 11, 28, 9, 30), utc(2026, 11, 30, 6, 0)),  # a Saturday
        ("EGY", utc(2026, 11, 27, 9, 30), utc(2026, 11, 29, 7, 0)),  # Friday and Saturday are the weekend
        ("EGY", utc(2026, 11, 29, 9, 30), utc(2026, 11, 29, 9, 30)),  # Sunday is a working day
        ("CHE", utc(2026, 12, 25, 9, 30), utc(2026, 12, 28, 8, 0)),  # Christmas, then a weekend
        (
            "USA",
            utc(2026, 11, 26, 15, 0),
            utc(2026, 11, 27, 14, 0),
        ),  # Thanksgiving, by the clock of Washington
        ("JPN", utc(2026, 11, 24, 9, 30), utc(2026, 11, 25, 0, 0)),  # half past six in the evening
        (None, utc(2026, 11, 24, 9, 30), utc(2026, 11, 24, 9, 30)),
        (None, utc(2026, 11, 28, 9, 30), utc(2026, 11, 30, 9, 0)),
    ],
)
def test_a_campaign_writes_in_the_working_hours_of_its_reader(country, now, opens_at):
    assert OFFICE.next_opening(country, now) == opens_at


@pytest.mark.parametrize(
    ("country", "opened_at", "next_day"),
    [
        # The clock goes forward on Sunday, 28 March 2027: nine o'clock comes an hour earlier. Friday is Good Friday.
        ("GBR", utc(2027, 3, 25, 9, 0), utc(2027, 3, 29, 8, 0)),
        # It goes forward on Sunday, 14 March 2027.
        ("USA", utc(2027, 3, 12, 14, 0), utc(2027, 3, 15, 13, 0)),
        # It goes forward on Friday, 30 April 2027, at midnight; Thursday is a holiday.
        ("EGY", utc(2027, 4, 28, 7, 0), utc(2027, 5, 2, 6, 0)),
        # And back on Friday, 29 October 2027.
        ("EGY", utc(2027, 10, 28, 6, 0), utc(2027, 10, 31, 7, 0)),
        # No summer time since 2022 in Iran, and since 2021 in Samoa, which is ahead of nearly everybody.
        ("IRN", utc(2027, 4, 24, 5, 30), utc(2027, 4, 25, 5, 30)),
        ("WSM", utc(2027, 4, 12, 20, 0), utc(2027, 4, 13, 20, 0)),
        # It goes back on Sunday, 31 October 2027.
        ("GBR", utc(2027, 10, 29, 8, 0), utc(2027, 11, 1, 9, 0)),
    ],
)
def test_nine_oclock_is_nine_oclock_on_both_sides_of_a_change_of_the_clock(country, opened_at, next_day):
    after_hours = opened_at + timedelta(hours=8)
    assert OFFICE.next_opening(country, opened_at) == opened_at
    assert OFFICE.next_opening(country, after_hours) == next_day
    wall = next_day.astimezone(zone_of_country(country))
    assert (wall.hour, wall.minute) == (9, 0)


@pytest.mark.parametrize(
    ("hours", "zone", "on", "opens", "closes"),
    [
        # 01:30 does not exist in London on 28 March 2027: it counts as the instant at which it would have come.
        ("01:30-05:00", "Europe/London", (2027, 3, 28), utc(2027, 3, 28, 1, 30), utc(2027, 3, 28, 4, 0)),
        # 01:30 comes twice there on 31 October 2027: the first counts.
        ("01:30-05:00", "Europe/London", (2027, 10, 31), utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 5, 0)),
        # Midnight does not exist in Cairo on 30 April 2027.
        ("00:00-06:00", "Africa/Cairo", (2027, 4, 30), utc(2027, 4, 29, 22, 0), utc(2027, 4, 30, 3, 0)),
        ("02:30-06:00", "America/New_York", (2027, 3, 14), utc(2027, 3, 14, 7, 30), utc(2027, 3, 14, 10, 0)),
    ],
)
def test_hours_that_a_clock_jumps_over_or_repeats_are_instants_all_the_same(hours, zone, on, opens, closes):
    found = SendHours.parse(hours)
    assert found
    assert found.on(date(*on), ZoneInfo(zone)) == (opens, closes)


@given(
    country=st.sampled_from([*sorted(country_zones()), None]),
    now=instants(utc(2026, 1, 1), utc(2028, 12, 31)),
)
def test_an_opening_is_never_early_falls_on_a_working_hour_and_is_its_own_next_opening(country, now):
    opens_at = OFFICE.next_opening(country, now)
    wall = opens_at.astimezone(zone_of_country(country))
    assert opens_at >= now
    assert OFFICE.opens <= wall.time() < OFFICE.closes
    assert working_calendar(country).is_working_day(wall.date())
    assert OFFICE.next_opening(country, opens_at) == opens_at


@given(
    zone=st.sampled_from(
        ["Europe/London", "America/New_York", "Africa/Cairo", "Asia/Tehran", "Pacific/Apia"]
    ),
    minutes=st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda pair: pair[0] < pair[1]),
    now=instants(utc(2027, 3, 1), utc(2027, 11, 10)),
)
def test_hours_at_night_end_in_an_instant_too_whatever_the_clocks_do(zone, minutes, now):
    countries = {row.zone: row.country for row in country_zones().values()}
    opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)
    hours = SendHours.parse(f"{opens}-{closes}")
    assert hours
    opens_at = hours.next_opening(countries[zone], now)
    assert now <= opens_at
    assert hours.next_opening(countries[zone], opens_at) == opens_at


def test_always_is_no_hours_at_all():
    assert SendHours.parse("always") is None


@pytest.mark.parametrize(
    "text",
    ["", "9-17", "17:00-09:00", "09:00-09:00", "09:00", "nine-five", "09:00-25:00", "09:00-17:00-18:00"],
)
def test_hours_that_are_none_are_refused_with_what_to_write(text):
    with pytest.raises(InvalidInput, match="names no hours") as refused:
        SendHours.parse(text)
    assert (refused.value.field, refused.value.value) == ("send_hours", text)
    assert "09:00-17:00" in (refused.value.hint or "")
