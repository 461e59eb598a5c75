from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.campaign_facts import contact

from campaigns.journey import MeetingStep
from campaigns.meetings import proposed_start, zone_of

GENEVA = ZoneInfo("Europe/Zurich")
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def proposed(zone, country=None, *, now=TUESDAY, host=GENEVA, **step):
    asked = MeetingStep(name="meet", template="m", **{"working_days": 2, "minutes": 30, **step})
    return proposed_start(now, asked, country=country, guest=ZoneInfo(zone), host=host)


@pytest.mark.parametrize(
    ("zone", "country", "on", "why"),
    [
        ("Europe/Zurich", "CHE", "2026-11-26 10:00", "the best hour where both are in one place"),
        ("Africa/Nairobi", "KEN", "2026-11-26 11:00", "not before Geneva opens"),
        (
            "America/New_York",
            "USA",
            "2026-11-27 10:00",
            "Thanksgiving is a holiday; Geneva works until 11:00 there",
        ),
        (
            "Asia/Tokyo",
            "JPN",
            "2026-11-26 16:30",
            "eight hours apart: the meeting ends as the guest goes home",
        ),
        ("Asia/Riyadh", "SAU", "2026-11-26 11:00", "Thursday: a working day on both sides"),
        (
            "Pacific/Apia",
            "WSM",
            "2026-11-26 16:30",
            "no hour suits both; this is the guest's latest, our earliest",
        ),
    ],
)
def test_a_meeting_is_inside_the_working_hours_of_both_where_they_meet(zone, country, on, why):
    local = proposed(zone, country).astimezone(ZoneInfo(zone))
    assert f"{local:%Y-%m-%d %H:%M}" == on, why


def test_a_day_that_is_a_holiday_of_either_weekend_is_passed_over():
    # In Riyadh the week begins on Sunday; two working days after Tuesday is Thursday, three is Sunday: not ours.
    assert (
        proposed("Asia/Riyadh", "SAU", working_days=3).astimezone(ZoneInfo("Asia/Riyadh")).strftime("%a")
        == "Mon"
    )


def test_days_are_counted_from_the_guests_own_day():
    late = datetime(2026, 11, 24, 23, tzinfo=UTC)  # Wednesday in Nairobi
    assert (
        proposed("Africa/Nairobi", now=late, working_days=1).date()
        == datetime(2026, 11, 26, tzinfo=UTC).date()
    )


def test_the_clock_of_the_day_itself_counts_where_it_changes():
    # On Sunday, 29 March 2026 clocks in Europe went forward.
    before = datetime(2026, 3, 27, 9, tzinfo=UTC)
    assert proposed("Europe/Zurich", now=before, working_days=1) == datetime(2026, 3, 30, 8, tzinfo=UTC)


zones = st.sampled_from(
    ["Africa/Nairobi", "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds


@given(zones, zones, instants, st.integers(1, 60), st.integers(15, 240))
def test_a_proposal_is_always_ahead_in_the_guests_hours_and_takes_the_time_it_takes(
    zone, host, now, days, minutes
):
    start = proposed(zone, now=now, host=ZoneInfo(host), working_days=days, minutes=minutes)
    begins = start.astimezone(ZoneInfo(zone))
    ends = begins + timedelta(minutes=minutes)
    assert start > now
    assert (begins.hour, begins.date()) >= (9, begins.date())
    assert (ends.date(), ends.hour, ends.minute) <= (begins.date(), 17, 0)
    assert begins.weekday() < 5


def test_a_persons_own_time_zone_counts_before_that_of_their_country():
    assert str(zone_of(contact(time_zone="Asia/Tokyo", country="KEN"))) == "Asia/Tokyo"
    assert str(zone_of(contact(country="KEN"))) == "Africa/Nairobi"
    assert str(zone_of(contact())) == "UTC"
