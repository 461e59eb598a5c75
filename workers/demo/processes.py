"""The real worker and the real beat, as processes of their own, which never outlive the demonstration."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self

import psutil

from crm.config import Settings
from crm.errors import StoreError
from crm.store.shared_server import end_of_log

_STOP_SECONDS = 40  # above what the keeper takes with a worker that does not listen


_OURS = (sys.executable, "-P", "-m")  # -P: a folder called workers where we happen to stand is not ours
PROGRAMS: Mapping[str, Sequence[str]] = MappingProxyType(
    {"worker": (*_OURS, "workers", "start"), "beat": (*_OURS, "workers", "beat")}
)


class Processes:
    """A worker and a beat, from `with` to the end of the block; see `workers.demo.keeper`.

    Args:
        settings: what they are told; nothing else of our environment's settings reaches them.
        logs: the folder for what they say.
        turn: the open lock file that they inherit.
        programs: the command lines, by name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        logs: Path,
        turn: int,
        programs: Mapping[str, Sequence[str]] = PROGRAMS,
    ) -> None:
        self._logs = logs
        self._ended = False
        self._keeper = subprocess.Popen(
            [*_OURS, "workers.demo.keeper", str(logs), json.dumps(dict(programs))],
            stdin=subprocess.PIPE,
            env=environment(settings, os.environ),
            pass_fds=[turn],
            start_new_session=True,
        )

    def check(self) -> None:
        """Make sure that both are still there.

        Raises:
            StoreError: one has ended; the message holds the end of its log.
        """
        if self._keeper.poll() is not None:
            raise StoreError(
                "The worker or the beat has ended by itself.", subject=str(self._logs), hint=self.said()
            )

    def said(self) -> str:
        """What both said last."""
        return "\n".join(end_of_log(path) for path in sorted(self._logs.iterdir()))

    def stop(self) -> bool:
        """Stop both; what they hold is finished first. A second call does nothing.

        Returns:
            Whether they ended by themselves; if not, they were killed.
        """
        assert self._keeper.stdin
        if not self._keeper.stdin.closed:
            self._keeper.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._keeper.wait(_STOP_SECONDS)
            self._ended = self._keeper.returncode is not None
            with suppress(ProcessLookupError):
                os.killpg(self._keeper.pid, signal.SIGKILL)  # whoever is left of its session
            self._keeper.wait()
        return self._ended

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def environment(settings: Settings, ours: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that shall have these settings, whatever our own environment says.

    Args:
        settings: the settings of the demonstration.
        ours: our environment, whose settings of Accord are left out.
    """
    own = {
        "DATA_FOLDER": settings.data_folder,
        "BOOK": settings.book,
        "SMTP_PORT": settings.smtp_port,
        "TICK_SECONDS": settings.tick_seconds,
        "INBOX": settings.inbox,
        "SENDER_NAME": settings.sender_name,
        "SEND_HOURS": settings.send_hours,
    }
    kept = {name: value for name, value in ours.items() if not name.upper().startswith("CRM_")}
    return kept | {f"CRM_{name}": str(value) for name, value in own.items()}


def servers_in(folder: Path) -> tuple[str, ...]:
    """The servers that run in a data folder: their names and process ids.

    Args:
        folder: the data folder, with its full path.
    """
    places = tuple(str(folder / server) for server in ("postgres", "valkey"))
    found = []
    for process in psutil.process_iter(["pid", "name", "cwd", "cmdline"]):
        words = [process.info["cwd"] or "", *(process.info["cmdline"] or [])]
        if any(word.startswith(place) for word in words for place in places):
            found.append(f"{process.info['name']} ({process.info['pid']})")
    return tuple(found)
