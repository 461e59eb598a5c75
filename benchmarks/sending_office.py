"""The office that sends: a book of so many Associates, a run to write to them, and workers as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import psutil
import psycopg

from benchmarks.bench import conninfo
from benchmarks.dataset import ACTOR, SECRET, copy_of, ready_database
from benchmarks.import_memory import peak
from benchmarks.sink import Sink
from campaigns import desk
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.overview import Overview
from crm.book import Book
from crm.clock import SystemClock
from crm.config import StatedSettings
from crm.opening import wire
from crm.store.postgres import Server
from crm.store.shared_server import wait_until
from workers.valkey import open_broker

CAMPAIGN = ASSOCIATE_UPGRADE.but(hold_out=0)
"""Everybody is written to, so that so many recipients are so many letters."""

_APPROVER = "staff2@accord.example"
_ROWS = Path(__file__).with_name("sending.sql")
_ALWAYS = "always"  # the hour at which somebody measures is no working hour everywhere
_SETTINGS = StatedSettings(secret_key=SECRET, send_hours=_ALWAYS)
_TICK = 1
_PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Sent:
    """What it took to send the letters of a run.

    Attributes:
        seconds: from the launch until the last letter was settled in the book.
        memory: the most that one worker process held, in MB.
    """

    seconds: float
    memory: float


@contextmanager
def office(server: Server, recipients: int, *, name: str = "bench_sending") -> Iterator[Book]:
    """A book of its own with so many Associates, to whom nobody has written; it is gone afterwards."""
    with (
        copy_of(server, ready_database(server, name, _ROWS, recipients), f"{name}_run") as url,
        wire(url, actor=ACTOR, settings=_SETTINGS, clock=SystemClock()) as book,
    ):
        yield book


def approved_run(book: Book) -> Overview:
    """A run to all of them, prepared by one and approved by another."""
    run = desk.prepare(book, CAMPAIGN)
    url = book.engine.url.render_as_string(hide_password=False)
    with wire(url, actor=_APPROVER, settings=_SETTINGS, clock=SystemClock()) as theirs:
        return desk.approve(theirs, run, count=run.count, campaign=CAMPAIGN)


def send(
    book: Book, sink: Sink, *, window: int | None = None, meanwhile: Callable[[], object] = lambda: None
) -> Sent:
    """Launch a run and wait until the workers have settled its last letter.

    Args:
        book: of an office.
        sink: where the letters go.
        window: how many letters are held before their dots; as the settings come where none is given.
        meanwhile: called now and then while they work.
    """
    run = approved_run(book)
    before = sink.taken
    with workers(book, sink, window=window) as worker, psycopg.connect(conninfo(book)) as connection:
        connection.autocommit = True
        started = perf_counter()
        desk.launch(book, run, campaign=CAMPAIGN)
        while sink.taken - before < run.count or _unsettled(connection):
            meanwhile()
            sleep(0.02)
            if perf_counter() - started > _PATIENCE:
                raise TimeoutError(f"{sink.taken - before} of {run.count} letters were sent")
        took = perf_counter() - started
        memory = max(peak(child.pid) for child in worker.children())
    assert sink.taken - before == run.count
    return Sent(took, memory)


@contextmanager
def workers(book: Book, sink: Sink, *, window: int | None) -> Iterator[psutil.Process]:
    """A worker of two processes and a beat, ready, as `crm worker start` and `crm worker beat` start them."""
    with TemporaryDirectory(prefix="accord-sending-") as place, open_broker(Path(place)) as broker:
        values = {
            "database_url": book.engine.url.render_as_string(hide_password=False),
            "broker_url": broker.url,
            "data_folder": place,
            "secret_key": SECRET.get_secret_value(),
            "smtp_port": sink.port,
            "tick_seconds": _TICK,
            "send_hours": _ALWAYS,
            **({} if window is None else {"window": window}),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
        environment = kept | {f"CRM_{name.upper()}": str(value) for name, value in values.items()}
        log = Path(place) / "log"
        with _process(environment, log, "start") as worker, _process(environment, log, "beat"):
            ready = wait_until(lambda: " ready." in log.read_text("utf-8"), seconds=60)
            assert ready, log.read_text("utf-8")
            yield psutil.Process(worker.pid)


@contextmanager
def _process(environment: dict[str, str], log: Path, what: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", what],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _unsettled(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT FROM outbox WHERE settled_at IS NULL LIMIT 1").rowcount > 0
