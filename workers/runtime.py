"""What one worker process is made of: its settings, its book and its way to the mail server."""

import mmap
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from crm.book import Book
from crm.clock import Clock, SystemClock
from crm.config import Settings
from crm.mail.dkim import Signer, SigningTransport
from crm.mail.imap import ImapMailbox, mailbox_of
from crm.mail.smtp import Transport, mail_server
from crm.opening import database_url, folder_of, open_book, wire
from crm.outreach.delivery.delivery import Delivery
from crm.outreach.delivery.handover import Handover
from crm.store.postgres import Server, open_server
from workers.valkey import Broker, open_broker

ACTOR = "worker"
# Far below the time limit of a task: who works for longer gives back what is not begun, for the next sweep.
_LONGEST_TURN = timedelta(seconds=60)


def _as_it_is(handover: Handover) -> Handover:
    return handover


@dataclass(slots=True)
class Runtime:
    """The composition root of a worker. Rehearsals and fault tests hand in other parts; the send path has no switch.

    Args:
        settings: read at the edge.
        clock: says what time it is.
        transport: the way to the mail server; made from the settings where none is given.
        handover: wraps the book's side of the hand-over; itself where none is given.
    """

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    transport: Transport | None = None
    handover: Callable[[Handover], Handover] = _as_it_is
    _servers: list[Server | Broker] = field(default_factory=list)
    _database_url: str = ""
    _broker_url: str = ""
    _book: Book | None = None
    _pid: int = 0
    # One byte that parent and children share; without a lock, which a killed child would keep.
    _stopping: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, 1))

    def start(self) -> None:
        """Make sure that the database and the broker are there; in the parent, before anything forks.

        Raises:
            Unreachable: one of them does not answer.
            NotMigrated: the configured database is at another version; a new book of our own is made ready.
        """
        server = None
        if self.settings.database_url is None:
            server = open_server(folder_of(self.settings))
            self._servers.append(server)
        self._database_url = database_url(self.settings, server)
        with open_book(ACTOR, settings=self.settings, clock=self.clock):
            self._broker_url = self._open_broker()

    @property
    def broker_url(self) -> str:
        """Where the broker is."""
        return self._broker_url

    @property
    def holder(self) -> str:
        """How this process names itself in leases."""
        return f"{socket.gethostname()}:{os.getpid()}"

    @property
    def inbox(self) -> Path:
        """The Maildir that answers arrive in."""
        return self.settings.inbox or folder_of(self.settings) / "inbox"

    @property
    def mailbox(self) -> ImapMailbox | None:
        """The mailbox on an IMAP server that answers arrive in, if there is one."""
        return mailbox_of(self.settings)

    def book(self) -> Book:
        """The book of this process; a forked child opens its own and never uses its parent's connections."""
        if self._book is None or self._pid != os.getpid():
            self._book = wire(self._database_url, actor=ACTOR, settings=self.settings, clock=self.clock)
            self._pid = os.getpid()
        return self._book

    def delivery(self) -> Delivery:
        """The way from the outbox to the mail server."""
        book = self.book()
        until = self.clock.now() + _LONGEST_TURN
        return Delivery(
            self.handover(book.handover),
            self.transport or transport_of(self.settings),
            identity=book.identity,
            window=self.settings.window,
            enough=lambda: bool(self._stopping[0]) or self.clock.now() > until,
        )

    def stop(self) -> None:
        """Tell the children to begin nothing more; they finish what they have begun and give the rest back."""
        self._stopping[0] = True

    def _open_broker(self) -> str:
        if self.settings.broker_url is not None:
            return self.settings.broker_url.get_secret_value()
        broker = open_broker(folder_of(self.settings))
        self._servers.append(broker)
        return broker.url


def transport_of(settings: Settings) -> Transport:
    """The mail server that the settings name; letters are signed on the way to it where there is a key for that."""
    server = mail_server(settings)
    if settings.dkim_key is None:
        return server
    domain = settings.dkim_domain or settings.sender_address.rpartition("@")[2]
    return SigningTransport(server, Signer(domain, settings.dkim_selector, settings.dkim_key))
