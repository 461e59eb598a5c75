"""The ground that rounds are played on: a PostgreSQL server of their own, and a book of accounts to copy for each."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from support.associates import associate
from support.books import copied, settings_for_tests, template_database
from support.outbox import MANAGER, staffed
from support.postgres_servers import pid
from support.server_processes import fresh_folder

from crm.clock import SetClock
from crm.opening import wire
from crm.store.postgres import Server, open_server
from crm.store.shared_server import wait_until

# Commits are durable against the death of any process, as in earnest. Only a power cut would lose them (fsync), which is
# nothing that a test can play. The server's own record of commits is what the oracle goes by.
_SETTINGS = {"synchronous_commit": "on", "fsync": "off", "track_commit_timestamp": "on"}
_WRITTEN = SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


class Ground:
    """A database server that can be killed, and the accounts that letters go to.

    Args:
        folder: a fresh folder.
        accounts: how many.
    """

    def __init__(self, folder: Path, *, accounts: int) -> None:
        self._folder = folder
        self._held = ExitStack()
        self._server = self._started()
        template_database(self._server)
        self._filled = copied(self._server, of="accord_template")
        with wire(
            self._server.url(self._filled), actor=MANAGER, settings=settings_for_tests(), clock=_WRITTEN
        ) as book:
            staffed(book)
            with book.transaction():
                for number in range(accounts):
                    associate(book, f"Account {number}", owner=MANAGER)

    @contextmanager
    def book(self) -> Iterator[str]:
        """The address of a book of these accounts, for one round."""
        name = copied(self._server, of=self._filled)
        try:
            yield self._server.url(name)
        finally:
            self._server.drop_database(name)

    def crash(self, *, down: float) -> None:
        """Stop the server at once, in the middle of whatever it does (immediate stop), and start it after some seconds."""
        postmaster = psutil.Process(pid(self._folder))
        with suppress(psutil.NoSuchProcess):
            os.kill(postmaster.pid, signal.SIGQUIT)
            postmaster.wait(60)
        wait_until(lambda: False, seconds=down)
        self._server = self._started()

    def close(self) -> None:
        self._held.close()

    def _started(self) -> Server:
        return self._held.enter_context(open_server(self._folder, settings=_SETTINGS))


@contextmanager
def ground(*, accounts: int) -> Iterator[Ground]:
    """A ground; its server ends with the block."""
    with fresh_folder() as folder:
        made = Ground(folder, accounts=accounts)
        try:
            yield made
        finally:
            made.close()
