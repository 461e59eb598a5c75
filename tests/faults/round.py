"""One round: a run is launched, everything goes wrong that the plan says, then the dust settles and the oracle is asked."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from faults.evidence import evidence_of
from faults.ground import Ground
from faults.oracle import Breach, Evidence, breaches
from faults.people import People
from faults.plan import Deed, Plan, plan
from faults.stage import Stage, stage
from support.outbox import looking

from crm.store.shared_server import wait_until

_DEEDS_OF_PEOPLE = {
    Deed.UNSUBSCRIBE,
    Deed.REFUSE,
    Deed.REPLY,
    Deed.PAUSE,
    Deed.STOP,
    Deed.RESEND,
    Deed.CANCEL,
}
_STARTING, _QUIET, _PATIENCE = 90.0, 1.5, 180.0
_MOVING = """
SELECT id, status, fence FROM outbox WHERE status IN ('queued', 'claimed', 'handing_off')
UNION ALL
SELECT id, 'due', 0 FROM enrolment WHERE state = 'enrolled' AND due_at <= %s
"""
_NEXT = """
SELECT greatest(
    (SELECT min(greatest(due_at, lease_until)) FROM outbox WHERE status IN ('queued', 'claimed', 'handing_off')),
    (SELECT max(slot_at) FROM job_slot WHERE job IN ('outbox.sweep', 'runs.advance'))
)
"""


@dataclass(frozen=True)
class Outcome:
    """What came of a round."""

    plan: Plan
    evidence: Evidence
    breaches: tuple[Breach, ...]
    seconds: float
    said: str

    @property
    def statuses(self) -> Mapping[str, int]:
        """How many letters stand where."""
        return Counter(letter.status for letter in self.evidence.letters)


def play(seed: int, ground: Ground, *, letters: int) -> Outcome:
    """Play the round of a seed.

    Args:
        seed: any number.
        ground: has the accounts.
        letters: about how many letters there will be.
    """
    begun = time.monotonic()
    chosen = plan(seed, letters=letters)
    with stage(chosen, ground) as found:
        people = People(found.shop, Random(seed))
        found.start()
        assert wait_until(lambda: bool(found.shop.book.job_slots.latest()), seconds=_STARTING)
        for step in chosen.steps:
            _wait_for(found, people, step.after)
            (people if step.deed in _DEEDS_OF_PEOPLE else found).do(step)
        settled = _settle(found, people)
        evidence = evidence_of(found, people, settled=settled)
        broken = breaches(evidence)
        said = found.shop.all_said() if broken else ""
    return Outcome(chosen, evidence, broken, time.monotonic() - begun, said)


def _wait_for(found: Stage, people: People, count: int) -> None:
    """Wait until so many letters have got through; where nothing moves any more, time passes and the plan goes on."""
    server = found.shop.mail_server
    while (before := len(server.messages)) < count:
        found.tend()
        if not wait_until(lambda: len(server.messages) > before, seconds=_QUIET):
            _let_time_pass(found, people)
            return


def _settle(found: Stage, people: People) -> bool:
    """Let everything come to rest: no more orders, and time passes where nothing moves. Whether it came to rest."""
    found.orders.revoke()
    found.thaw()
    people.decide("held")
    end = time.monotonic() + _PATIENCE
    before = None
    while (moving := _moving(found)) and time.monotonic() < end:
        found.tend()
        if moving == before:
            _let_time_pass(found, people)
        before = moving
        wait_until(lambda: False, seconds=1)
    return not moving


def _moving(found: Stage) -> Sequence[tuple[object, ...]]:
    """What is still under way."""
    with looking(found.shop.book) as book:
        return book.execute(_MOVING, [found.clock.now()]).fetchall()


def _let_time_pass(found: Stage, people: People) -> None:
    """The clock goes to what is due next, and past the slots that a clock ahead of the others has taken."""
    people.go_on()
    now = found.clock.now()
    with looking(found.shop.book) as book:
        (next_at,) = book.execute(_NEXT).fetchone() or (None,)
    found.clock.set(max(next_at or now, now + timedelta(minutes=1)) + timedelta(seconds=1))
