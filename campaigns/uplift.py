"""What the letters changed, as far as it can be told: the arms compared at readings that were fixed before the launch.

Whoever looks at a difference every day will one day find one by chance. So a campaign names its readings, so many days
after the launch; between them the last one stands, before the first none is stated, and the confidence is shared out
among them (Bonferroni), so that all of them together are wrong about whether there is a difference once in twenty
times at the most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.exact import Count, difference_interval
from crm.shown import Shown

CONFIDENCE = 0.95
"""Of all statements about one run together."""


@dataclass(frozen=True, slots=True)
class Reading(Shown):
    """A day fixed beforehand on which the arms are compared.

    Attributes:
        number: the first is 1.
        of: how many there are.
        at: the instant up to which outcomes count.
    """

    number: int
    of: int
    at: datetime

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
        lowest, highest = difference_interval(one, other, confidence=confidence)
        return cls(100 * (one.share - other.share), 100 * lowest, 100 * highest, confidence)

    @property
    def tells(self) -> bool:
        """Whether it is more than chance: no difference at all is outside the interval."""
        return self.lowest > 0 or self.highest < 0

    def __str__(self) -> str:
        low, high = f"{self.lowest:+.1f}", f"{self.highest:+.1f}"
        return f"{self.points:+.1f} percentage points, {100 * self.confidence:.4g} % interval {low} to {high}"


def readings_of(launched_at: datetime, days: Sequence[int]) -> tuple[Reading, ...]:
    """The readings of a run.

    Args:
        launched_at: when it was launched.
        days: so many days later, in order.
    """
    return tuple(
        Reading(number, len(days), launched_at + timedelta(days=day))
        for number, day in enumerate(days, start=1)
    )


def last_reading(readings: Sequence[Reading], now: datetime) -> Reading | None:
    """The reading that stands at an instant; None before the first."""
    return next((reading for reading in reversed(readings) if reading.at <= now), None)


def next_reading(readings: Sequence[Reading], now: datetime) -> Reading | None:
    """The reading that comes next; None after the last."""
    return next((reading for reading in readings if reading.at > now), None)


def verdict(written: Count, held: Count, *, what: str, reading: Reading) -> str:
    """What can honestly be said of the difference between those written to and those held out, in a sentence.

    Args:
        written: of those written to, how many did it.
        held: of those held out.
        what: what they did, e.g. "have upgraded".
        reading: which reading it is.
    """
    if not held.of or not written.of:
        return "Nobody is held out, so nothing can be said about what the letters changed."
    counts = f"{written.did} of {written.of} written to and {held.did} of {held.of} held out {what}"
    difference = Difference.between(written, held, confidence=reading.confidence)
    when = f"Reading {reading.number} of {reading.of}, {reading.at:%d %B %Y}"
    if difference.tells:
        return f"{when}: {counts}: {difference}. That is more than chance."
    return f"Too few to tell. {when}: {counts}: {difference}, so the letters may have changed nothing."


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
