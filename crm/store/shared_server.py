"""A server that several processes share: the first one starts it, the last one out stops it.

Two empty files in the data folder keep count, by ``flock(2)``:

- ``<name>.turn`` is held exclusively while somebody starts, joins or leaves, so that these never overlap;
- ``<name>.users`` is held shared by everyone who uses the server. Whoever leaves lets go and then tries to hold it
  exclusively: if that works nobody is left.

The kernel drops the locks of a process however it ends, so a killed user never blocks anybody. Its server goes on
until the next user leaves. A forked child shares its parent's hold and counts as a user of its own until it closes
or exits; a program that is executed inherits nothing, because the files close on exec.
"""

import atexit
import fcntl
import os
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from crm.errors import ConfigurationError, StoreError

_PAUSE = 0.005
_PATIENCE = 180.0  # longer than any start or stop may take


class SharedServer(ABC):
    """A running server, for as long as you need it; use it in a ``with`` statement or call `close`.

    It is also closed when the interpreter exits. A process that ends by SIGTERM runs no exit functions unless it
    handles the signal, and then the server stays up until its next user leaves.

    Args:
        folder: the data folder of Accord, which holds the lock files; it must exist.
        name: the name of the server, which the lock files carry.

    Raises:
        StoreError: the server does not start, or another process neither starts nor stops it in time.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        self._turn = folder / f"{name}.turn"
        self._users = folder / f"{name}.users"
        self._hold: int | None = None
        with self._taking_turns():
            self._hold = self._locked(self._users, fcntl.LOCK_SH)
            try:
                self._ensure_running()
            except BaseException:
                self._let_go()
                raise
        atexit.register(self.close)

    @abstractmethod
    def _ensure_running(self) -> None:
        """Start the server unless it answers already."""

    @abstractmethod
    def _stop(self) -> None:
        """Stop the server if it runs."""

    def close(self) -> None:
        """Stop using the server; it stops when nobody else uses it. A second call does nothing."""
        if self._hold is None:
            return
        with self._taking_turns():
            self._let_go()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _let_go(self) -> None:
        hold, self._hold = self._hold, None
        if hold is None:
            return
        # Only closed, never unlocked: an unlock would also take away what forked children hold.
        os.close(hold)
        alone = _lock(self._users, fcntl.LOCK_EX, seconds=0)
        if alone is not None:
            try:
                self._stop()
            finally:
                _unlock(alone)

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        turn = self._locked(self._turn, fcntl.LOCK_EX)
        try:
            yield
        finally:
            _unlock(turn)

    def _locked(self, path: Path, how: int) -> int:
        handle = _lock(path, how, seconds=_PATIENCE)
        if handle is None:
            raise StoreError(
                f"Another process has been starting or stopping the server for {_PATIENCE:.0f} seconds.",
                subject=str(path),
                hint=f"See who holds {path} (`fuser {path}`), end it and try again.",
            )
        return handle


def wait_until(happened: Callable[[], bool], *, seconds: float) -> bool:
    """Whether something happened in time; looks every few milliseconds.

    Args:
        happened: asks.
        seconds: how long to wait; 0 asks once.
    """
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)
    return True


def end_of_log(path: Path) -> str:
    """What the server said last, for an error message.

    Args:
        path: the server's log.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as log:
            lines = "".join(deque(log, maxlen=15)).strip()
    except OSError:
        lines = ""
    return f"The end of {path} says:\n{lines}" if lines else f"There is nothing in {path}."


def _lock(path: Path, how: int, *, seconds: float) -> int | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise ConfigurationError(
            f"{path} belongs to another user.", subject=str(path), hint="Choose a data folder of your own."
        ) from error
    try:
        taken = wait_until(lambda: _try_lock(handle, how), seconds=seconds)
    except BaseException:
        os.close(handle)
        raise
    if taken:
        return handle
    os.close(handle)
    return None


def _try_lock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(handle: int) -> None:
    # Unlocked, not merely closed: a child that another thread forked meanwhile has a copy and would keep the lock.
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)
