"""One demonstration at a time: they share a book, and each begins with an empty one."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.errors import Refused
from crm.store.shared_server import wait_until

PATIENCE = 180.0  # seconds: longer than a demonstration takes


@contextmanager
def own_turn(folder: Path, *, on_wait: Callable[[], None], patience: float = PATIENCE) -> Iterator[int]:
    """Wait until no other demonstration uses a data folder, and keep others waiting until the block ends.

    The kernel drops the lock with the last process that holds it, however that ends. The processes that the
    demonstration starts inherit it, so that another one also waits for those that outlive it.

    Args:
        folder: the data folder, which exists.
        on_wait: called once if it is somebody else's turn.
        patience: how many seconds to wait.

    Yields:
        The open lock file, for the processes to inherit.

    Raises:
        Refused: another demonstration is still running after that time.
    """
    path = folder / "demo.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if not _take(handle):
            on_wait()
            if not wait_until(lambda: _take(handle), seconds=patience):
                raise Refused(
                    "Another demonstration is running, and it does not end.",
                    rule="demo.one_at_a_time",
                    subject=str(path),
                    hint=f"See which (`fuser {path}`), end it and try again.",
                )
        yield handle
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
