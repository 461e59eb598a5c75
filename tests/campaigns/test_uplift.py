from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.run_results import results

from campaigns.counts import Count
from campaigns.uplift import (
    Comparison,
    Difference,
    Reading,
    compared,
    last_reading,
    next_reading,
    readings_of,
)

LAUNCHED = datetime(2026, 3, 2, 8, tzinfo=UTC)
READINGS = readings_of(LAUNCHED, (60, 180))
FIRST = READINGS[0]


@pytest.mark.parametrize(
    ("days", "last", "following"),
    [(0, None, 1), (59.99, None, 1), (60, 1, 2), (179, 1, 2), (180, 2, None), (4000, 2, None)],
)
def test_between_two_readings_the_last_one_stands(days, last, following):
    now = LAUNCHED + timedelta(days=days)
    found, coming = last_reading(READINGS, now), next_reading(READINGS, now)
    assert (found and found.number, coming and coming.number) == (last, following)


def test_each_account_of_a_standing_run_is_watched_for_the_days_of_the_first_reading():
    assert [reading.within.days for reading in READINGS] == [60, 180]
    standing = readings_of(LAUNCHED, (60, 180), standing=True)
    assert [(reading.at, reading.within.days) for reading in standing] == [
        (READINGS[0].at, 60),
        (READINGS[1].at, 60),
    ]


@pytest.mark.parametrize(
    ("written", "held", "says"),
    [
        ((9, 90), (1, 10), "Reading 1 of 2, 1 May 2026, 60 days after each entry: 9 of 90 written to"),
        (
            (9, 90),
            (0, 0),
            "Too early to tell: in one arm or both, nobody has had 60 days yet. Next reading on 29 August",
        ),
    ],
)
def test_a_standing_run_says_over_how_many_days_its_accounts_are_compared(written, held, says):
    found = results(written, held)
    found = replace(found, run=found.run.model_copy(update={"ceiling": 20}))
    standing = readings_of(LAUNCHED, (60, 180), standing=True)
    assert says in Comparison(standing, standing[0], found, standing[1]).words


def test_the_readings_of_a_run_are_wrong_together_once_in_twenty_times():
    assert [reading.confidence for reading in READINGS] == [0.975, 0.975]
    assert readings_of(LAUNCHED, (90,))[0].confidence == 0.95


@pytest.mark.parametrize(
    ("written", "held", "says"),
    [
        (
            (0, 90),
            (0, 10),
            "Too few to tell. Reading 1 of 2, 1 May 2026: 0 of 90 written to and 0 of 10 held out",
        ),
        ((30, 90), (1, 10), "Too few to tell."),
        ((49, 450), (1, 50), "Too few to tell."),
        (
            (50, 450),
            (0, 50),
            "+11.1 percentage points, 97.5 % interval +3.0 to +15.2. That is more than chance.",
        ),
        ((40, 450), (20, 50), "-31.1 percentage points"),
        ((40, 450), (20, 50), "That is more than chance. Next reading on 29 August 2026."),
        ((5, 100), (0, 0), "Nobody is held out, so nothing can be said about what the letters changed."),
    ],
)
def test_what_can_honestly_be_said_of_the_difference(written, held, says):
    comparison = Comparison(READINGS, FIRST, results(written, held), READINGS[1])
    assert says in comparison.words


def test_before_the_first_reading_no_difference_is_stated():
    comparison = Comparison(READINGS, None, None, FIRST)
    assert comparison.difference is None
    assert comparison.words.startswith("Too early to tell")
    assert comparison.words.endswith("Next reading on 1 May 2026.")


def test_each_wording_is_compared_with_the_first_and_they_share_the_confidence():
    none, second, third = compared([Count(10, 100), Count(30, 100), Count(0, 0)], reading=FIRST)
    assert none is None
    assert third is None  # it went to nobody
    assert second == Difference.between(Count(30, 100), Count(10, 100), confidence=1 - 0.025 / 2)
    assert second.tells


def test_one_wording_alone_is_compared_with_nothing():
    assert compared([Count(10, 100)], reading=Reading(1, 1, LAUNCHED, timedelta(days=60))) == (None,)
