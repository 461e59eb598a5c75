"""What shall go wrong in a round, and when: a pure function of the seed.

When is told by how many letters have got through, not by a watch, so that a round goes the same way on a slow machine.
How processes interleave is theirs: a seed repeats what is done to them, not each instant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from support.kill_points import KILL_POINTS
from support.smtp_server import FAULTS

BEFORE_INTENT = ("claim", "mail", "rcpt", "body")
AFTER_INTENT = ("intent", "dot", "reply")
STALLS = ("mail:late 0.3", "rcpt:late 0.3", "data:late 0.3", "dot:late 0.8")


class Deed(StrEnum):
    """What is done to a process, a server, a clock or a person's will."""

    KILL_AT = "a worker dies at a point"
    KILL = "a worker dies at some instant"
    KILL_ALL = "a worker dies with its parent, and another is started"
    FREEZE_AT = "a worker stands still at a point until its lease is over"
    THAW = "it goes on"
    DATABASE = "PostgreSQL dies and comes back"
    FLUSH = "the broker forgets everything"
    BROKER = "the broker dies and comes back empty"
    STALL_BROKER = "the broker stands still"
    BEATS = "no beat rings for an hour, and one of them dies"
    CLOCK = "all clocks are set"
    UNSUBSCRIBE = "somebody unsubscribes"
    REFUSE = "somebody asks a colleague for no more mail"
    REPLY = "somebody answers"
    PAUSE = "the run is paused for a moment"
    STOP = "all mail is stopped for a moment"
    RESEND = "a person has letters sent again that are in doubt"
    CANCEL = "the run is cancelled"


@dataclass(frozen=True)
class Step:
    """A deed, done once so many letters have got through.

    Attributes:
        detail: the point, or how many seconds.
    """

    after: int
    deed: Deed
    detail: str = ""


@dataclass(frozen=True)
class Zone:
    """Where the workers take themselves to be, and an instant at which its clocks change, or changed in other years."""

    name: str
    turn: datetime


ZONES = (
    Zone("Europe/London", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    Zone("Europe/London", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    Zone("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    Zone("America/New_York", datetime(2027, 11, 7, 6, tzinfo=UTC)),
    Zone("Africa/Cairo", datetime(2027, 4, 29, 22, tzinfo=UTC)),
    Zone("Africa/Cairo", datetime(2027, 10, 28, 21, tzinfo=UTC)),
    Zone("Asia/Tehran", datetime(2027, 3, 21, 20, 30, tzinfo=UTC)),
    Zone("Pacific/Apia", datetime(2027, 4, 3, 14, tzinfo=UTC)),
)
"""Tehran (since 2022) and Apia (since 2021) change no more; there the old instants are passed."""


@dataclass(frozen=True)
class Plan:
    """A round.

    Attributes:
        window: W of the workers.
        batch: how many letters one ring is about.
        hours: when letters may leave, by the clock on the reader's wall.
        skews: how far the clock of each worker is off, in seconds; there are as many workers.
        faults: what the mail server does to one message after the other.
    """

    seed: int
    zone: Zone
    start: datetime
    window: int
    batch: int
    hours: str
    skews: tuple[int, ...]
    faults: tuple[str, ...]
    steps: tuple[Step, ...]


def plan(seed: int, *, letters: int) -> Plan:
    """What shall go wrong in the round of a seed.

    Args:
        seed: any number.
        letters: about how many letters will get through.
    """
    chance = Random(seed)
    zone = ZONES[seed % len(ZONES)]
    return Plan(
        seed=seed,
        zone=zone,
        start=zone.turn - timedelta(minutes=chance.randint(5, 90)),
        window=chance.choice((1, 2, 4, 8)),
        batch=chance.choice((10, 25, 50)),
        hours=chance.choice(("always", "always", "09:00-17:00")),
        skews=(0, chance.choice((-7200, 7200)), 0),
        faults=tuple(_faults(chance, letters)),
        steps=tuple(sorted(_steps(chance, letters), key=lambda step: step.after)),
    )


def _faults(chance: Random, letters: int) -> Iterator[str]:
    """Each fault at least once, and one message in ten meets one; a stall that outlasts our patience is rare."""
    for _ in range(max(1, letters // 300)):
        played = [*FAULTS, *STALLS] + [fault for fault in FAULTS if fault != "hang_after_dot"]
        row = played + ["none"] * max(0, min(letters, 300) - len(played))
        chance.shuffle(row)
        yield from row


def _steps(chance: Random, letters: int) -> Iterator[Step]:
    some = max(1, letters // 300)

    def at(low: float = 0.02, high: float = 0.95) -> int:
        return int(letters * chance.uniform(low, high))

    for point in KILL_POINTS * some:
        yield Step(at(), Deed.KILL_AT, point)
    for deed, times in _TIMES.items():
        for _ in range(times * some):
            yield Step(at(), deed, _DETAILS.get(deed, _nothing)(chance))
    for points in (BEFORE_INTENT, AFTER_INTENT):
        for _ in range(some):
            frozen = at(0.05, 0.7)
            yield Step(frozen, Deed.FREEZE_AT, chance.choice(points))
            yield Step(frozen + letters // 10, Deed.THAW)
    if chance.random() < _CANCELLED:
        yield Step(int(letters * 0.96), Deed.CANCEL)


_CANCELLED = 0.2
_TIMES = {
    Deed.KILL: 3,
    Deed.KILL_ALL: 1,
    Deed.DATABASE: 1,
    Deed.FLUSH: 2,
    Deed.BROKER: 1,
    Deed.STALL_BROKER: 1,
    Deed.BEATS: 1,
    Deed.CLOCK: 3,
    Deed.UNSUBSCRIBE: 4,
    Deed.REFUSE: 4,
    Deed.REPLY: 3,
    Deed.PAUSE: 2,
    Deed.STOP: 1,
    Deed.RESEND: 1,
}


def _nothing(_: Random) -> str:
    return ""


_DETAILS: dict[Deed, Callable[[Random], str]] = {
    Deed.DATABASE: lambda chance: f"{chance.uniform(0, 1.5):.1f}",
    Deed.STALL_BROKER: lambda chance: f"{chance.uniform(0.5, 6):.1f}",
    Deed.CLOCK: lambda chance: str(chance.choice((-7200, -3600, 60, 3600, 7200))),
    Deed.PAUSE: lambda chance: f"{chance.uniform(0.3, 1.0):.1f}",
    Deed.STOP: lambda chance: f"{chance.uniform(0.3, 1.0):.1f}",
}
