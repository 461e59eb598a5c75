"""Workers and beats as processes of their own, with a book, a broker and a mail server, for tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import redis
from celery import Celery
from support.books import SECRET, settings_for_tests
from support.outbox import statuses
from support.server_processes import REPOSITORY, fresh_folder
from support.smtp_server import RecordingServer

from crm.book import Book
from crm.clock import Clock, SystemClock
from crm.opening import wire
from crm.outreach.outbox_tables import Letter
from crm.store.shared_server import wait_until
from workers.app import make_app
from workers.queues import Queue
from workers.runtime import Runtime
from workers.valkey import Broker, open_broker

PATIENCE = 90
"""Seconds that anything may take on a machine that has other things to do."""


class Process:
    """A process in a session of its own, whose children go with it."""

    def __init__(self, arguments: Sequence[str], *, place: Path, environment: dict[str, str]) -> None:
        self.log = place / "log"
        place.mkdir()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=place,
                env=environment,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> int:
        """How it ended, once it has."""
        return self.process.wait(PATIENCE)

    def wait_until_said(self, words: str) -> None:
        """Wait until it has said something."""
        assert wait_until(lambda: words in self.said() or self.ended, seconds=PATIENCE), self.said()
        assert words in self.said(), self.said()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def children(self) -> list[psutil.Process]:
        """The processes that it has started and that are alive."""
        try:
            return psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []

    @property
    def frozen(self) -> bool:
        """Whether a child of it has been stopped by the system."""
        with suppress(psutil.NoSuchProcess):
            return any(child.status() == psutil.STATUS_STOPPED for child in self.children)
        return False

    def thaw(self) -> None:
        """Let its children go on."""
        for child in self.children:
            with suppress(psutil.NoSuchProcess):
                child.resume()

    def terminate(self) -> None:
        """Ask it to stop, as an operator or a container does: its first process alone is told."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


class Workshop:
    """A book, a broker and a mail server, and whoever works there.

    Args:
        url: the address of the book's database.
        folder: a fresh folder.
        clock: of the book that the test holds.
        around: what else stands in the environment of the processes.
        settings: of the workers, by name.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        clock: Clock | None = None,
        around: Mapping[str, str] = MappingProxyType({}),
        **settings: object,
    ) -> None:
        self.folder = folder
        self.broker: Broker = open_broker(folder)
        self.mail_server = RecordingServer()
        self.inbox = folder / "inbox"
        self._values = {
            "database_url": url,
            "broker_url": self.broker.url,
            "smtp_port": self.mail_server.port,
            "tick_seconds": 0.5,
            "lease_seconds": 1,
            "inbox": self.inbox,
            "send_hours": "always",  # whenever the tests are run
            **settings,
        }
        self._processes: list[Process] = []
        self.known = settings_for_tests(**self._values)
        self.clock = clock or SystemClock()
        self._around = around
        self.book: Book = wire(url, actor="dana@accord.example", settings=self.known, clock=self.clock)
        self._runtime = Runtime(self.known)
        self._app: Celery | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a worker."""
        own = {"secret_key": SECRET.get_secret_value(), "answer_domain": "answers.accord.example"}
        ours = {f"CRM_{name.upper()}": str(value) for name, value in (self._values | own).items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_", "REMAP_"))}
        path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
        return kept | ours | {"PYTHONPATH": path} | dict(self._around)

    def worker(self, *queues: Queue) -> Process:
        """A healthy worker, started as `crm worker start` does."""
        chosen = [part for queue in queues for part in ("--queues", queue.value)]
        return self.start("-m", "workers", "start", "--concurrency", "1", *chosen)

    def faulty_worker(self, point: str, times: int, deed: str) -> Process:
        """A worker that dies, freezes or waits at a point; see `support.faulty_worker`."""
        return self.start("-m", "support.faulty_worker", point, str(times), deed)

    def beat(self) -> Process:
        """A beat, started as `crm worker beat` does."""
        return self.start("-m", "workers", "beat")

    def ring(self, task: str, *arguments: Any, queue: Queue) -> None:
        """Ring for a task, as a beat or a colleague does."""
        if self._app is None:
            self._runtime.start()
            self._app = make_app(self._runtime)
        self._app.send_task(task, args=list(arguments), queue=queue.value)

    def ring_for(self, letters: Sequence[Letter]) -> None:
        """Ring for these letters, in one batch."""
        self.ring("outbox.deliver", [letter.id for letter in letters], queue=Queue.SEND)

    def sweep(self) -> None:
        """Ring for a sweep, in slots that are short enough for a test."""
        self.ring("outbox.sweep", 0.2, queue=Queue.TICK)

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened; what the processes said is told where it does not."""
        assert wait_until(_every(0.1, happened), seconds=PATIENCE), self.all_said()

    def until_settled(self, letters: Sequence[Letter], *, nudge: Callable[[], None] = lambda: None) -> None:
        """Wait until each letter has been accepted or is in doubt."""

        def settled() -> bool:
            nudge()
            return set(statuses(self.book, letters)) <= {"accepted", "in_doubt"}

        assert wait_until(_every(0.3, settled), seconds=PATIENCE), self.all_said()

    @contextmanager
    def redis(self) -> Iterator[redis.Redis]:
        """A connection to the broker."""
        with redis.Redis.from_url(self.broker.client_url) as client:
            yield client

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        if self._app is not None:
            self._app.close()
        self.book.close()

    def start(self, *arguments: str) -> Process:
        """A Python process with the settings of the workers in its environment."""
        place = self.folder / f"process-{len(self._processes)}"
        process = Process(arguments, place=place, environment=self.settings)
        self._processes.append(process)
        return process

    def all_said(self) -> str:
        return "\n".join(process.said() for process in self._processes)


@contextmanager
def workshop(url: str, **settings: Any) -> Iterator[Workshop]:
    """A workshop on a database; whatever was started there ends with the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        shop = Workshop(url, folder, **settings)
        stack.callback(shop.broker.close)
        stack.callback(shop.close)
        stack.enter_context(shop.mail_server)
        yield shop


def _every(seconds: float, happened: Callable[[], bool]) -> Callable[[], bool]:
    """Ask no more often than this, for questions that cost something."""

    def asked() -> bool:
        return happened() or wait_until(lambda: False, seconds=seconds)

    return asked
