"""The way from a book's outbox to a mail server, for tests: plain, watched, or leading nowhere."""

import socket
from collections.abc import Callable
from threading import Event
from typing import Any

from support.handing_over import transport
from support.kill_points import Watch, WatchedHandover, WatchedTransport
from support.smtp_server import RecordingServer

from crm.book import Book
from crm.mail.smtp import SmtpTransport, Transport
from crm.outreach.delivery.delivery import Delivery


def delivery(
    book: Book,
    server: RecordingServer | None = None,
    *,
    window: int = 4,
    through: Transport | None = None,
    **more: Any,
) -> Delivery:
    """The way from a book's outbox to a recording server, or through a transport of the test's own."""
    assert server or through
    way = through or transport(server.port)  # type: ignore[union-attr]
    return Delivery(more.pop("handover", book.handover), way, identity=book.identity, window=window, **more)


def watched(book: Book, server: RecordingServer, watch: Watch, **more: Any) -> Delivery:
    """A delivery with somebody watching every point of it."""
    way = WatchedTransport(transport(server.port), watch)
    handover = WatchedHandover(book.handover, watch)
    return delivery(book, through=way, handover=handover, **more)


def unheard(_point: str) -> None:
    """A watch that does nothing."""


def at(point: str, act: Callable[[], object]) -> Watch:
    """A watch that acts once, when a point is passed for the first time."""
    done = Event()

    def watch(passed: str) -> None:
        if passed == point and not done.is_set():
            done.set()
            act()

    return watch


def nobody_listens() -> SmtpTransport:
    """A transport to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return transport(listener.getsockname()[1])
