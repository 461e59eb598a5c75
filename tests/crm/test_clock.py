from datetime import UTC, datetime, timedelta, timezone

from crm.clock import SetClock, SystemClock


def test_a_set_clock_stands_until_it_is_moved_and_speaks_utc():
    clock = SetClock(datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(days=-1))
    assert clock.now() == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_the_machines_clock_goes_and_speaks_utc():
    clock = SystemClock()
    before, after = clock.now(), clock.now()
    assert before <= after
    assert before.tzinfo is UTC
