"""What a letter takes of a processor in one worker, with the figure of its database beside it.

A machine with other work to do stretches the seconds of a run several times over, and processor time little.
"""

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import process_time

import psutil

from benchmarks.figure import Measured
from benchmarks.sending_ceiling import Ready, composed
from benchmarks.sink import Sink
from crm.book import Book
from crm.config import StatedSettings, Tls
from crm.mail.smtp import SmtpTransport
from crm.outreach.delivery.delivery import Delivered, Delivery

_AS_IT_COMES = StatedSettings()


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time a letter, batch by batch: of the worker, of its database process, and of the ceiling in between."""

    worker: Measured
    database: Measured
    ceiling: Measured


def spent(book: Book, sink: Sink, letters: Sequence[Ready]) -> Spent:
    """Deliver all queued letters in this process, a batch at a time, and send as many as the ceiling does after each.

    Args:
        book: with its letters queued, and nobody else at work.
        sink: where they go.
        letters: the same, made ready for the ceiling.
    """
    transport = way_to(sink)
    database = _database(book)
    worked: list[tuple[float, float, float]] = []
    rest = iter(letters)
    while batch := list(islice(rest, _AS_IT_COMES.batch)):
        theirs = _processor(database)
        ours = _taken(lambda: deliver(book, transport))
        theirs = _processor(database) - theirs
        bare = _taken(lambda share=batch: _send(share, sink))  # type: ignore[misc]
        worked.append((ours / len(batch), theirs / len(batch), bare / len(batch)))
    return Spent(*map(Measured, zip(*worked, strict=True)))


def way_to(sink: Sink) -> SmtpTransport:
    """The way to a sink, as the settings of the measured workers have it."""
    return SmtpTransport("127.0.0.1", sink.port, tls=Tls.NONE)


def deliver(book: Book, transport: SmtpTransport) -> Delivered:
    """Deliver a batch, as a task of a worker does."""
    way = Delivery(book.handover, transport, identity=book.identity, window=_AS_IT_COMES.window)
    return way.deliver(limit=_AS_IT_COMES.batch)


def _send(letters: Sequence[Ready], sink: Sink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port) as line:
        for letter in letters:
            line.sendmail(letter.sender, letter.around["to"].address, composed(letter))


def _taken(call: Callable[[], object]) -> float:
    started = process_time()
    call()
    return process_time() - started


def _database(book: Book) -> psutil.Process:
    with book.engine.connect() as connection:
        return psutil.Process(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
