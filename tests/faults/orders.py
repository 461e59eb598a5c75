"""Slips of paper in a folder: "whoever passes the point next dies there". Each slip is taken by one process, once."""

import os
import signal
from pathlib import Path

DIE = "die"
STAND_STILL = "stand still"
_SIGNALS = {DIE: signal.SIGKILL, STAND_STILL: signal.SIGSTOP}


class Orders:
    """The slips that have not been taken.

    Args:
        folder: made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unanswered = folder.with_name("unanswered")
        self._given = 0
        folder.mkdir(exist_ok=True)

    def give(self, point: str, what: str) -> None:
        """Order the next process that passes a point to die or to stand still there."""
        slip = self._slip(point, what)
        self._given += what == DIE and not slip.exists()
        slip.touch()

    def taken(self, point: str, what: str) -> bool:
        """Whether no such order waits any more."""
        return not self._slip(point, what).exists()

    def revoke(self) -> None:
        """Take back what nobody has taken."""
        for slip in self._folder.iterdir():
            try:
                slip.unlink()
            except FileNotFoundError:
                continue
            self._given -= slip.name.endswith(DIE)

    @property
    def deaths(self) -> int:
        """How many have died by an order."""
        return self._given - sum(slip.name.endswith(DIE) for slip in self._folder.iterdir())

    def obey(self, point: str) -> None:
        """What a process does at a point: it takes a slip, if there is one, and its consequences."""
        for what, sign in _SIGNALS.items():
            try:
                self._slip(point, what).unlink()
            except FileNotFoundError:
                continue
            os.kill(os.getpid(), sign)

    def note_unanswered(self) -> None:
        """Note that a commit of intents was not answered."""
        with self._unanswered.open("ab") as notes:
            notes.write(b".")

    @property
    def unanswered(self) -> int:
        """How many commits of intents were not answered."""
        return self._unanswered.stat().st_size if self._unanswered.exists() else 0

    def _slip(self, point: str, what: str) -> Path:
        return self._folder / f"{point}, {what}"
