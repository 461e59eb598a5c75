"""Everything a round needs that can die: workers, beats, broker, database, clocks; and the ways to make it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import psutil
from faults.ground import Ground
from faults.orders import DIE, STAND_STILL, Orders
from faults.plan import Deed, Plan, Step
from faults.shared_clock import SharedClock
from support.server_processes import fresh_folder, processes_in
from support.worker_processes import Process, Workshop

from crm.store.shared_server import wait_until
from workers.valkey import open_broker

BEATS = 3
LEASE = timedelta(seconds=60)
DOUBT = timedelta(days=3)


class Stage:
    """The processes and servers of one round.

    Args:
        plan: the round.
        ground: has the database server.
        url: the address of the round's book.
        place: an existing folder.
    """

    def __init__(self, plan: Plan, ground: Ground, url: str, place: Path) -> None:
        self.plan = plan
        self.clock = SharedClock(place / "clock")
        self.clock.set(plan.start)
        self.orders = Orders(place / "orders")
        self.shop = Workshop(
            url,
            place / "accord",
            clock=self.clock,
            around={"TZ": plan.zone.name},
            window=plan.window,
            batch=plan.batch,
            send_hours=plan.hours,
            lease_seconds=int(LEASE.total_seconds()),
            doubt_seconds=int(DOUBT.total_seconds()),
        )
        self.shop.mail_server.play(*plan.faults)
        self.workers: list[Process] = []
        self._ground = ground
        self._place = place
        self._chance = Random(plan.seed)
        self._beats: list[Process] = []
        self._killed = 0
        self._brokers = ExitStack()

    @property
    def kills(self) -> int:
        """How often a worker process has been killed so far."""
        return self._killed + self.orders.deaths

    def start(self) -> None:
        """Start the workers and the beats."""
        self.workers = [self._worker(off) for off in self.plan.skews]
        self._beats = [self.shop.beat() for _ in range(BEATS)]

    def tend(self) -> None:
        """Start another worker and another beat where one has ended, as whoever supervises them does."""
        self.workers = [
            self._worker(off) if worker.ended else worker
            for worker, off in zip(self.workers, self.plan.skews, strict=True)
        ]
        self._beats = [self.shop.beat() if beat.ended else beat for beat in self._beats]

    def thaw(self) -> None:
        """Let everything go on that stands still."""
        for worker in self.workers:
            worker.thaw()

    def close(self) -> None:
        self.shop.close()
        self._brokers.close()
        self.shop.broker.close()

    def do(self, step: Step) -> None:
        """Do what a step of the plan says to a process, a server or the clock."""
        doings: dict[Deed, Callable[[], object]] = {
            Deed.KILL_AT: lambda: self.orders.give(step.detail, DIE),
            Deed.KILL: self._kill_one,
            Deed.KILL_ALL: self._kill_with_parent,
            Deed.FREEZE_AT: lambda: self._freeze(step.detail),
            Deed.THAW: self.thaw,
            Deed.DATABASE: lambda: self._ground.crash(down=float(step.detail)),
            Deed.FLUSH: self._flush,
            Deed.BROKER: self._restart_broker,
            Deed.STALL_BROKER: lambda: self._stall_broker(float(step.detail)),
            Deed.BEATS: self._without_beats_for_an_hour,
            Deed.CLOCK: lambda: self.clock.advance(timedelta(seconds=float(step.detail))),
        }
        doings[step.deed]()

    def _worker(self, off: int) -> Process:
        return self.shop.start("-m", "faults.worker", str(self._place), str(off))

    def _kill_one(self) -> None:
        """Kill the child that does the work, as the system does when memory runs out; its parent starts another."""
        for child in self._chance.choice(self.workers).children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
                self._killed += 1

    def _kill_with_parent(self) -> None:
        self._chance.choice(self.workers).kill()
        self._killed += 1
        self.tend()

    def _freeze(self, point: str) -> None:
        self.orders.give(point, STAND_STILL)
        wait_until(lambda: self.orders.taken(point, STAND_STILL), seconds=3)
        self.clock.advance(LEASE + timedelta(seconds=1))

    def _flush(self) -> None:
        with self.shop.redis() as broker:
            broker.flushall()

    def _restart_broker(self) -> None:
        for server in processes_in(self.shop.folder / "valkey"):
            server.kill()
            server.wait(60)
        self._brokers.enter_context(open_broker(self.shop.folder))

    def _stall_broker(self, seconds: float) -> None:
        (server,) = processes_in(self.shop.folder / "valkey")
        server.suspend()
        wait_until(lambda: False, seconds=seconds)
        server.resume()

    def _without_beats_for_an_hour(self) -> None:
        dying, *silent = self._beats
        dying.kill()
        for beat in silent:
            beat.process.send_signal(signal.SIGSTOP)
        self.clock.advance(timedelta(hours=1))
        for beat in silent:
            beat.process.send_signal(signal.SIGCONT)


@contextmanager
def stage(plan: Plan, ground: Ground) -> Iterator[Stage]:
    """The stage of a round; whatever was started there ends with the block."""
    with fresh_folder() as folder, ground.book() as url:
        made = Stage(plan, ground, url, folder.parent)
        try:
            with made.shop.mail_server:
                yield made
        finally:
            made.close()
