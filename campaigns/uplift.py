"""What the letters changed, as far as it can be told: the arms compared at readings that were fixed before the launch.

Whoever looks at a difference every day will one day find one by chance. So a campaign names its readings, so many days
after the launch; between them the last one stands, before the first none is stated, and the confidence is shared out
among them (Bonferroni), so that all of them together are wrong about whether there is a difference once in twenty
times at the most.

Where accounts enter one by one, each is watched for as many days from its own entry as the first reading has, and compared
at the readings that come after these days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.counts import Count
from crm.outreach.results.exposure import Exposure
from crm.outreach.results.run_results import RunResults
from crm.outreach.run_tables import Arm
from crm.shown import Shown

CONFIDENCE = 0.95
"""Of all statements about one run together."""


@dataclass(frozen=True, slots=True)
class Reading(Shown):
    """A day fixed beforehand on which the arms are compared.

    Attributes:
        number: the first is 1.
        of: how many there are.
        at: its instant.
        within: how long each account is watched, from its own entry.
    """

    number: int
    of: int
    at: datetime
    within: timedelta

    @property
    def exposure(self) -> Exposure:
        """Which outcomes count."""
        return Exposure(self.at, self.within)

    @property
    def confidence(self) -> float:
        """Of one statement at this reading."""
        return 1 - (1 - CONFIDENCE) / self.of


@dataclass(frozen=True, slots=True)
class Difference(Shown):
    """How much more of one arm reached something than of another, with the interval that the true difference lies in.

    Attributes:
        points: in percentage points, as counted.
        lowest: of the interval.
        highest: of the interval.
        confidence: of the interval.
    """

    points: float
    lowest: float
    highest: float
    confidence: float

    @classmethod
    def between(cls, one: Count, other: Count, *, confidence: float) -> "Difference":
        """The difference of two arms that hold somebody."""
        # SciPy takes a second to import, and most commands and tasks compare no arms.
        from campaigns.exact import difference_interval  # noqa: PLC0415

        lowest, highest = difference_interval(one, other, confidence=confidence)
        return cls(100 * (one.share - other.share), 100 * lowest, 100 * highest, confidence)

    @property
    def tells(self) -> bool:
        """Whether it is more than chance: no difference at all is outside the interval."""
        return self.lowest > 0 or self.highest < 0

    def __str__(self) -> str:
        low, high = f"{self.lowest:+.1f}", f"{self.highest:+.1f}"
        return f"{self.points:+.1f} percentage points, {100 * self.confidence:.4g} % interval {low} to {high}"


def readings_of(launched_at: datetime, days: Sequence[int], *, standing: bool = False) -> tuple[Reading, ...]:
    """The readings of a run.

    Args:
        launched_at: when it was launched.
        days: so many days later, in order.
        standing: whether accounts enter it one by one; otherwise all have entered at its launch.
    """
    return tuple(
        Reading(
            number,
            len(days),
            launched_at + timedelta(days=day),
            timedelta(days=days[0] if standing else day),
        )
        for number, day in enumerate(days, start=1)
    )


def last_reading(readings: Sequence[Reading], now: datetime) -> Reading | None:
    """The reading that stands at an instant; None before the first."""
    return next((reading for reading in reversed(readings) if reading.at <= now), None)


def next_reading(readings: Sequence[Reading], now: datetime) -> Reading | None:
    """The reading that comes next; None after the last."""
    return next((reading for reading in readings if reading.at > now), None)


@dataclass(frozen=True, slots=True)
class Comparison(Shown):
    """The arms of a run, compared as its readings allow.

    Attributes:
        readings: of the run; none before its launch.
        reading: the one that stands; None before the first.
        results: the results of the run at that reading.
        coming: the reading that comes next; None after the last.
    """

    readings: tuple[Reading, ...] = ()
    reading: Reading | None = None
    results: RunResults | None = None
    coming: Reading | None = None

    @property
    def difference(self) -> Difference | None:
        """How many more of those written to reached the goal; None before the first reading, or where an arm is empty."""
        if self.reading is None or self.results is None:
            return None
        written, held = (_reached(self.results, arm) for arm in (Arm.TREATMENT, Arm.HOLD_OUT))
        if not written.of or not held.of:
            return None
        return Difference.between(written, held, confidence=self.reading.confidence)

    @property
    def words(self) -> str:
        """What can honestly be said of the difference, in a sentence or two."""
        after = f" Next reading on {self.coming.at:%-d %B %Y}." if self.coming else ""
        if self.reading is None or self.results is None:
            return f"Too early to tell: no difference is stated before a reading that was fixed beforehand.{after}"
        difference = self.difference
        if difference is None and self.results.run.standing:
            return f"Too early to tell: in one arm or both, nobody has had {self.reading.within.days} days yet.{after}"
        if difference is None:
            return "Nobody is held out, so nothing can be said about what the letters changed."
        return f"{_said(self.results, self.reading, difference)}{after}"


def _said(results: RunResults, reading: Reading, difference: Difference) -> str:
    written, held = (_reached(results, arm) for arm in (Arm.TREATMENT, Arm.HOLD_OUT))
    counts = f"{written.did} of {written.of} written to and {held.did} of {held.of} held out"
    each = f", {reading.within.days} days after each entry" if results.run.standing else ""
    read = f"Reading {reading.number} of {reading.of}, {reading.at:%-d %B %Y}{each}"
    said = f"{read}: {counts} have {results.goal.words}, {difference}"
    if difference.tells:
        return f"{said}. That is more than chance."
    return f"Too few to tell. {said}: the letters may have changed nothing."


def _reached(results: RunResults, arm: Arm) -> Count:
    found = results.arm(arm)
    return Count(found.converted, found.enrolled)


def compared(counts: Sequence[Count], *, reading: Reading) -> tuple[Difference | None, ...]:
    """Each wording beside the first, the confidence shared out among the comparisons; None for the first itself.

    Args:
        counts: of each wording, how many did it; a wording that went to nobody is not compared either.
        reading: which reading it is.
    """
    first, *others = counts
    confidence = 1 - (1 - reading.confidence) / max(len(others), 1)
    return (
        None,
        *(
            Difference.between(other, first, confidence=confidence) if other.of and first.of else None
            for other in others
        ),
    )
