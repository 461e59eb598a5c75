"""Real servers for the whole run: one PostgreSQL that all workers join, and a fresh database for every test."""

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine
from support.books import MakeBook, books_on, close_idle, engine_on, template_database

from crm.book import Book
from crm.clock import SetClock
from crm.store.postgres import Server, open_server
from crm.store.store import Store

# Whether an example takes long says something about the machine, nothing about the rule.
# The examples are the same in every run, so that a change is judged by what it changes; `make search` tries new ones.
settings.register_profile("accord", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("accord")

_TESTS = Path(__file__).parent
_FOLDER = "ACCORD_TEST_FOLDER"
_SERVER = pytest.StashKey[Server]()
# Nothing in a test is worth keeping after a power cut.
_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before the workers do, so that the first of them does not wait for it."""
    # A hundred processes are started; they compile our modules once, and not each for itself.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if os.environ.get("PYTEST_XDIST_WORKER") is None:
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="accord-test-")
        # As root, PostgreSQL runs as another user, who must reach its own folder in here.
        Path(os.environ[_FOLDER]).chmod(0o711)
    server = open_server(Path(os.environ[_FOLDER]), settings=_HASTY)
    if os.environ.get("PYTEST_XDIST_WORKER") is None:
        template_database(server)
    config.stash[_SERVER] = server


_SLOW = ("workers", "faults", "test_examples.py", "crm/store", "benchmarks")
"""Where tests start processes and wait for them, the slowest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand the long files out first, so that no process is left alone with one at the end; what is short fills the gaps."""
    shares: Counter[Path] = Counter()
    for item in items:
        shares[item.path] += _share(item)
    items.sort(key=lambda item: -shares[item.path])


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: the search for circular garbage need not go through it."""
    gc.collect()
    gc.freeze()


def _share(item: pytest.Item) -> int:
    """What a test takes of the time, roughly: one without servers next to nothing, one that starts processes most."""
    if item.path.relative_to(_TESTS).as_posix().startswith(_SLOW):
        return 200
    return 20 if "server" in getattr(item, "fixturenames", ()) else 1


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the server; the last one stops it."""
    close_idle()
    if _SERVER in config.stash:
        config.stash[_SERVER].close()
    if os.environ.get("PYTEST_XDIST_WORKER") is None:
        shutil.rmtree(os.environ[_FOLDER], ignore_errors=True)


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Server:
    return pytestconfig.stash[_SERVER]


@pytest.fixture
def database_url(server: Server) -> Iterator[str]:
    """A database of this test alone: migrated, with the reference data."""
    with books_on(server) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Engine:
    return engine_on(database_url)


@pytest.fixture
def clock() -> SetClock:
    """A Tuesday in November, mid-morning in Geneva; it stands until a test moves it."""
    return SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


@pytest.fixture
def store(engine: Engine, clock: SetClock) -> Store:
    return Store(engine, actor="dana@accord.example", clock=clock)


@pytest.fixture
def make_book(database_url: str, clock: SetClock) -> Iterator[MakeBook]:
    """Opens books on this test's database: ``make_book(actor=…, clock=…, **settings)``."""
    make = MakeBook(database_url, clock)
    yield make
    make.close()


@pytest.fixture
def book(make_book: MakeBook) -> Book:
    return make_book()
