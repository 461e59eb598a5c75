"""Databases and books for tests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from pydantic import SecretStr
from sqlalchemy import Engine

from crm.book import Book
from crm.clock import Clock, SystemClock
from crm.config import Settings, StatedSettings
from crm.opening import wire
from crm.reference.loader import FILES, Reference
from crm.store.engine import connect
from crm.store.postgres import Server
from crm.store.records import Record
from crm.store.schema import migrate, newest, version
from crm.store.store import Store

TEMPLATE = "accord_template"
SECRET = SecretStr("only-for-tests-only-for-tests-only-for-tests")


def template_database(server: Server) -> None:
    """A migrated database with the reference data, from which the databases of the tests are copied."""
    server.ensure_database(TEMPLATE)
    engine = connect(server.url(TEMPLATE))
    try:
        if version(engine) != newest():
            migrate(engine)
            Reference(Store(engine, actor="tests", clock=SystemClock())).load()
    finally:
        engine.dispose()


_ENGINES: dict[str, Engine] = {}
"""An engine on each database of this process, by its address, for one test after the other: it knows its statements
compiled, the countries and legal forms read, and PostgreSQL its catalogues, which is most of what a short test would
cost."""


def engine_on(url: str) -> Engine:
    """The engine that the tests of this process share on a database; what it keeps is the reference data's alone."""
    if url not in _ENGINES:
        _ENGINES[url] = connect(url)
    return _ENGINES[url]


def _let_go(url: str) -> None:
    if engine := _ENGINES.pop(url, None):
        engine.dispose()


@contextmanager
def empty_database(server: Server) -> Iterator[str]:
    """The address of a database without any table."""
    name = copied(server, of="template0")
    try:
        yield server.url(name)
    finally:
        _let_go(server.url(name))
        _drop(server, name)


class _BookDatabase:
    """A copy of the template, for one test after the other.

    Its connection stays open: on a fresh one, PostgreSQL would read its catalogues for five times as long as it sweeps.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._name = copied(server, of=TEMPLATE)
        self._connection = _connected(server, self._name)
        # Only the owner of the server may do this: no ledger refuses, no foreign key asks for an order.
        self._connection.execute("SET session_replication_role = replica")
        self._copied = _fingerprint(self._connection)

    @property
    def url(self) -> str:
        return self._server.url(self._name)

    def swept(self) -> bool:
        """Empty what a test has filled; false if the test changed more than that."""
        try:
            self._connection.execute(_DISCONNECT_OTHERS)
            self._connection.execute("; ".join(f'DELETE FROM "{table}"' for table in _filled_by_tests()))
            self._connection.execute("ALTER SEQUENCE accord_id RESTART")
            return _fingerprint(self._connection) == self._copied
        except psycopg.Error:
            return False

    def close(self) -> None:
        _let_go(self.url)
        self._connection.close()
        _drop(self._server, self._name)


_IDLE: list[_BookDatabase] = []
"""Databases of this process that a test has left and that have been swept clean."""


@contextmanager
def books_on(server: Server) -> Iterator[str]:
    """The address of a database like the template: one that an earlier test has left, swept, or a fresh copy.

    A sweep takes a thirtieth of the time of a copy.
    """
    database = _IDLE.pop() if _IDLE else _BookDatabase(server)
    try:
        yield database.url
    finally:
        if database.swept():
            _IDLE.append(database)
        else:
            database.close()


def close_idle() -> None:
    """Let go of the databases that no test uses any more."""
    while _IDLE:
        _IDLE.pop().close()


def copied(server: Server, *, of: str) -> str:
    """The name of a fresh copy of a database that nobody uses."""
    name = f"t_{uuid.uuid4().hex}"
    with _connected(server, "postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}" STRATEGY file_copy')
    return name


def _drop(server: Server, name: str) -> None:
    with _connected(server, "postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# Who is idle waits in the pool of an engine, for the next test.
_DISCONNECT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


def _filled_by_tests() -> list[str]:
    return sorted(Record.metadata.tables.keys() - _reference_tables())


def _reference_tables() -> set[str]:
    return {str(kind.__tablename__) for kind in FILES.values()}


def _fingerprint(connection: psycopg.Connection) -> str:
    """What a database holds of reference data and of tables, indexes and constraints, in one number each."""
    sums = [f'(SELECT sum(hashtext(t::text)) FROM "{table}" t)' for table in sorted(_reference_tables())]
    sums.append("(SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)")
    sums.append("(SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O')")
    return str(connection.execute(f"SELECT {', '.join(sums)}").fetchone())


class MakeBook:
    """Opens books on one database, on one engine, and closes them together."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self._clock = clock
        self._books: list[Book] = []

    def __call__(
        self, actor: str = "dana@accord.example", *, clock: Clock | None = None, **settings: object
    ) -> Book:
        book = wire(
            engine_on(self.url),
            actor=actor,
            settings=settings_for_tests(**settings),
            clock=clock or self._clock,
        )
        self._books.append(book)
        return book

    def close(self) -> None:
        for book in self._books:
            book.close()


def settings_for_tests(**settings: object) -> Settings:
    """Settings that read nothing from the environment of whoever runs the tests."""
    return StatedSettings.model_validate(
        {"secret_key": SECRET, "answer_domain": "answers.accord.example", **settings}
    )


def _connected(server: Server, database: str) -> psycopg.Connection:
    conninfo = server.url(database).replace("postgresql+psycopg", "postgresql")
    return psycopg.connect(conninfo, autocommit=True)
