"""How often something may be asked: so many times at once, and one more every so often, counted for each asker."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Allowance:
    """An allowance for each key (GCRA: one number for a key, the instant at which its allowance is whole again).

    It is kept in the memory of one process; where several serve, each allows as much. Of more keys than it keeps, those
    that asked longest ago start afresh.

    Args:
        burst: how many at once.
        every: after how many seconds there is one more.
        keys: how many keys are kept.
        seconds: counts seconds, and never goes back.
    """

    def __init__(
        self, burst: int, *, every: float, keys: int = 50_000, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._every = every
        self._slack = every * (burst - 1)
        self._most = keys
        self._seconds = seconds
        self._whole_at: OrderedDict[Hashable, float] = OrderedDict()

    def spend(self, key: Hashable) -> float:
        """Ask once under a key.

        Returns:
            How many seconds to wait: 0 if it is allowed.
        """
        now = self._seconds()
        whole_at = max(self._whole_at.get(key, now), now)
        wait = whole_at - self._slack - now
        if wait > 0:
            return wait
        self._whole_at[key] = whole_at + self._every
        self._whole_at.move_to_end(key)
        if len(self._whole_at) > self._most:
            self._whole_at.popitem(last=False)
        return 0.0
