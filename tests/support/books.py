"""Databases and books for tests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from pydantic import SecretStr

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


_IDLE: list[str] = []
"""Databases of this process that a test has left and that have been swept clean."""

_COPIED: dict[str, str] = {}
"""What each database of this process held when it was copied."""


@contextmanager
def empty_database(server: Server) -> Iterator[str]:
    """The address of a database without any table."""
    name = copied(server, of="template0")
    try:
        yield server.url(name)
    finally:
        _drop(server, name)


@contextmanager
def books_on(server: Server) -> Iterator[str]:
    """The address of a database like the template: one that an earlier test has left, swept, or a fresh copy."""
    name = _IDLE.pop() if _IDLE else _book_database(server)
    try:
        yield server.url(name)
    finally:
        if _swept(server, name):
            _IDLE.append(name)
        else:
            _drop(server, name)


def _book_database(server: Server) -> str:
    name = copied(server, of=TEMPLATE)
    with _connected(server, name) as connection:
        _COPIED[name] = _fingerprint(connection)
    return name


def copied(server: Server, *, of: str) -> str:
    """The name of a fresh copy of a database that nobody uses."""
    name = f"t_{uuid.uuid4().hex}"
    with _connected(server, "postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}" STRATEGY file_copy')
    return name


def _drop(server: Server, name: str) -> None:
    with _connected(server, "postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _swept(server: Server, name: str) -> bool:
    """Empty what a test has filled, in a tenth of the time of a fresh copy; false if the test changed more than that."""
    try:
        with _connected(server, name) as connection:
            connection.execute(_DISCONNECT_OTHERS)
            _empty(connection)
            return _fingerprint(connection) == _COPIED[name]
    except psycopg.Error:
        return False


def _empty(connection: psycopg.Connection) -> None:
    # Only the owner of the server may do this: no ledger refuses, no foreign key asks for an order.
    connection.execute("SET session_replication_role = replica")
    connection.execute("; ".join(f'DELETE FROM "{table}"' for table in _filled_by_tests()))
    connection.execute("ALTER SEQUENCE accord_id RESTART")


_DISCONNECT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
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
    """Opens books on one database and closes them together."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self._clock = clock
        self._books: list[Book] = []

    def __call__(
        self, actor: str = "dana@accord.example", *, clock: Clock | None = None, **settings: object
    ) -> Book:
        book = wire(
            self.url, actor=actor, settings=settings_for_tests(**settings), clock=clock or self._clock
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


@contextmanager
def _connected(server: Server, database: str) -> Iterator[psycopg.Connection]:
    conninfo = server.url(database).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
