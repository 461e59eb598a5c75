"""Databases and books for tests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from pydantic import SecretStr

from crm.book import Book
from crm.clock import Clock, SystemClock
from crm.config import Settings
from crm.opening import wire
from crm.reference.loader import Reference
from crm.store.engine import connect
from crm.store.postgres import Server
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


@contextmanager
def books_on(server: Server, *, template: str = TEMPLATE) -> Iterator[str]:
    """The address of a fresh copy of the template."""
    name = f"t_{uuid.uuid4().hex}"
    with _maintenance(server) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    try:
        yield server.url(name)
    finally:
        with _maintenance(server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


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
    return Settings.model_validate(
        {"secret_key": SECRET, "answer_domain": "answers.accord.example", **settings}
    )


@contextmanager
def _maintenance(server: Server) -> Iterator[psycopg.Connection]:
    conninfo = server.url("postgres").replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
