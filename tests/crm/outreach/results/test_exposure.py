from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.outreach.results.exposure import Exposure

LAUNCH = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
days = st.floats(0, 400, allow_nan=False)
outcomes = st.lists(st.tuples(days, st.none() | days), max_size=20)


def day(number):
    return None if number is None else LAUNCH + number * DAY


def counted(exposure, found):
    """How many are compared, and of how many of them something came."""
    compared = [(begun, at) for begun, at in found if exposure.compares(begun)]
    return len(compared), sum(exposure.counts(at, begun_at=begun) for begun, at in compared)


@pytest.mark.parametrize(
    ("entered", "happened", "looked", "compared", "came"),
    [
        (0, 59, 60, True, True),
        (0, 60, 60, True, True),
        (0, 61, 60, True, False),
        (0, 61, 180, True, False),
        (0, None, 60, True, False),
        (1, 30, 60, False, True),
        (120, 180, 180, True, True),
        (120, 181, 181, True, False),
        (30, 10, 180, True, False),
    ],
    ids=[
        "in time",
        "on the last day",
        "too late",
        "too late, however late we look",
        "never",
        "has not had its days",
        "entered later and had them",
        "entered later and was too late",
        "before it entered",
    ],
)
def test_what_counts_within_sixty_days_of_an_entry(entered, happened, looked, compared, came):
    exposure = Exposure(day(looked), 60 * DAY)
    assert exposure.compares(day(entered)) is compared
    assert exposure.counts(day(happened), begun_at=day(entered)) is came


@given(outcomes, days, days, days)
def test_a_reading_says_the_same_whatever_happens_after_it(found, within, at, later):
    """Who enters, and what comes, after the reading changes nothing of it."""
    exposure = Exposure(day(at), within * DAY)
    known = [(day(begun), day(came)) for begun, came in found]
    # As the book stood on that day: who had entered by then, and what had come by then.
    then = [
        (begun, came if came is not None and came <= exposure.at else None)
        for begun, came in known
        if begun <= exposure.at
    ]
    afterwards = (exposure.at + (later + 1) * DAY, None)
    assert counted(exposure, [*known, afterwards]) == counted(exposure, then)


@given(outcomes, days, days, days)
def test_a_later_reading_of_the_same_days_only_adds(found, within, at, more):
    known = [(day(begun), day(came)) for begun, came in found]
    earlier, later = (counted(Exposure(day(on), within * DAY), known) for on in (at, at + more))
    assert earlier[0] <= later[0]
    assert earlier[1] <= later[1]


@given(outcomes, days)
def test_where_all_enter_at_the_launch_a_reading_counts_what_came_by_then(found, at):
    known = [(LAUNCH, day(came)) for _, came in found]
    by_then = sum(came is not None and came <= day(at) for _, came in known)
    assert counted(Exposure(day(at), at * DAY), known) == (len(known), by_then)
