"""The book that is measured: made up by SQL, the same for the same size, and kept between runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql
from pydantic import SecretStr

from crm.book import Book
from crm.clock import SetClock
from crm.config import StatedSettings
from crm.consent.suppressions import address_hash
from crm.opening import wire
from crm.reference.csvfile import shipped
from crm.reference.loader import FILES
from crm.store.postgres import Server
from crm.store.schema import migrate, newest

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""The instant at which the book is read; the rows of dataset.sql are dated from it."""

ACTOR = "staff1@accord.example"
SECRET = SecretStr("only-for-benchmarks-only-for-benchmarks")
_SETTINGS = StatedSettings(secret_key=SECRET)
_ROWS = Path(__file__).with_suffix(".sql")

# The list holds keyed hashes, which the database cannot make.
_TO_REFUSE = """
SELECT pg_temp.id(26, id - pg_temp.id(10, 0)), email_key FROM person
WHERE pg_temp.chance(id, 66) < 0.03 AND email_key IS NOT NULL
"""
_REFUSE = "COPY suppression (id, address_hash, scope, reason, since_at, excepted) FROM STDIN"

_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = 'public'::regnamespace AND NOT indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def book_at(url: str) -> Book:
    """A book that is there already, its clock standing at `NOW`."""
    return wire(url, actor=ACTOR, settings=_SETTINGS, clock=SetClock(NOW))


@contextmanager
def ready_book(server: Server, size: int) -> Iterator[Book]:
    """The book of so many organisations; made if it is not there as this program would make it.

    Args:
        server: where it is kept.
        size: how many organisations.
    """
    with book_at(server.url(ready_database(server, "bench", _ROWS, size, also=_refuse_some))) as book:
        yield book


def ready_database(
    server: Server,
    kind: str,
    rows: Path,
    size: int,
    *,
    also: Callable[[Book, psycopg.Connection], None] = lambda *_: None,
) -> str:
    """A database filled once and kept: its name.

    Args:
        server: where it is kept.
        kind: what it is called after.
        rows: the statements that fill it; they find the size as the setting `bench.size`.
        size: how large it is.
        also: what else it gets.
    """
    database = f"{kind}_{size}_{_version(rows)}"
    if not _is_ready(server, database):
        _copy(server, empty_database(server), database)
        with book_at(server.url(database)) as book, _connected(server, database) as connection:
            _fill(connection, rows, size, lambda: also(book, connection))
        _call_ready(server, database)
    return database


def empty_database(server: Server) -> str:
    """A database with the reference data and nothing else, made once and kept: its name."""
    database = f"bench_nothing_{_version()}"
    if not _is_ready(server, database):
        server.replace_database(database)
        with book_at(server.url(database)) as book:
            migrate(book.engine)
            book.reference.load()
        _call_ready(server, database)
    return database


@contextmanager
def copy_of(server: Server, database: str, name: str) -> Iterator[str]:
    """The address of a copy of a database, gone after the block.

    Args:
        server: where both are.
        database: nobody may be connected to it.
        name: of the copy; a copy of that name is replaced.
    """
    _copy(server, database, name)
    try:
        yield server.url(name)
    finally:
        server.drop_database(name)


def _copy(server: Server, database: str, name: str) -> None:
    server.drop_database(name)
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with _connected(server, "postgres") as connection:
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(database)))


def _is_ready(server: Server, database: str) -> bool:
    with _connected(server, "postgres") as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
    return found == ("ready",)


def _call_ready(server: Server, database: str) -> None:
    with _connected(server, "postgres") as connection:
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS 'ready'").format(sql.Identifier(database)))


def _version(*rows: Path) -> str:
    """Changes with the schema, the reference data and what else the book is made of."""
    files = (*map(shipped, FILES), *rows, Path(__file__))
    made_of = b"".join(file.read_bytes() for file in files)
    return sha256(f"{newest()}".encode() + made_of).hexdigest()[:12]


def _fill(connection: psycopg.Connection, rows: Path, size: int, also: Callable[[], None]) -> None:
    with connection.transaction():
        connection.execute("SELECT set_config('bench.size', %s, false)", [str(size)])
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute("SET LOCAL work_mem = '256MB'")
        # The rows refer to one another by construction; asking for each of them again would double the time.
        connection.execute("SET LOCAL session_replication_role = replica")
        # An index that is built at the end takes a fraction of one that grows row by row.
        later = connection.execute(_INDEXES).fetchall()
        connection.execute("".join(f"DROP INDEX {name};" for name, _ in later).encode())
        connection.execute(rows.read_bytes())
        connection.execute("".join(f"{definition};" for _, definition in later).encode())
        also()
    connection.execute("VACUUM (ANALYZE)")


def _refuse_some(book: Book, connection: psycopg.Connection) -> None:
    addresses = connection.execute(_TO_REFUSE).fetchall()
    with connection.cursor().copy(_REFUSE) as copy:
        for number, address in addresses:
            copy.write_row(
                (number, address_hash(address, book.identity.keys.current), "campaigns", "asked", NOW, "[]")
            )


@contextmanager
def _connected(server: Server, database: str) -> Iterator[psycopg.Connection]:
    conninfo = server.url(database).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
