"""The clock of a round: one that all processes share, and that the harness sets; each may be off by some time of its own."""

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path

from crm.clock import SystemClock

_SIZE = struct.calcsize("d")


class SharedClock:
    """The machine's clock, moved by as many seconds as stand in a file that processes map into memory.

    Args:
        file: made if it is missing; then the clock shows the machine's time.
        off: how far this process is off.
    """

    def __init__(self, file: Path, *, off: timedelta = timedelta()) -> None:
        if not file.exists():
            file.write_bytes(bytes(_SIZE))
        with file.open("r+b") as shared:
            self._seconds = mmap.mmap(shared.fileno(), _SIZE)
        self._off = off
        self._machine = SystemClock()

    def now(self) -> datetime:
        (moved,) = struct.unpack("d", self._seconds[:_SIZE])
        return self._machine.now() + timedelta(seconds=moved) + self._off

    def set(self, to: datetime) -> None:
        """Set the clocks of all processes so that this one shows an instant."""
        (moved,) = struct.unpack("d", self._seconds[:_SIZE])
        self._seconds[:_SIZE] = struct.pack("d", moved + (to - self.now()).total_seconds())

    def advance(self, by: timedelta) -> None:
        """Move the clocks of all processes on, or back."""
        self.set(self.now() + by)
