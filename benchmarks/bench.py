"""What a benchmark works with: a book of so many organisations, bare connections to it, and a way to compare."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from benchmarks.dataset import book_at, copy_of, empty_database, ready_book
from benchmarks.figure import Figure, Measured, beside
from benchmarks.profiles import explained, profiled, reads, saved
from crm.book import Book
from crm.store.postgres import Server


class Bench:
    """The workbench of one run.

    Args:
        server: the PostgreSQL server that the books are on.
        size: how many organisations the book has; it has five times as many interactions.
        runs: how often each call is measured.
        profiles: the folder that profiles of missed figures are written to; None where nobody asks why one was missed.
    """

    def __init__(self, server: Server, *, size: int, runs: int, profiles: Path | None = None) -> None:
        self.size = size
        self.runs = runs
        self.server = server
        self._profiles = profiles
        self._open = ExitStack()

    @cached_property
    def book(self) -> Book:
        """The book of `size` organisations; made on first use, kept between runs. Leave it as you find it."""
        return self._open.enter_context(ready_book(self.server, self.size))

    @cached_property
    def connection(self) -> psycopg.Connection:
        """A bare connection to that book, for what is written by hand; it commits each statement."""
        return self._open.enter_context(psycopg.connect(conninfo(self.book), autocommit=True))

    @contextmanager
    def empty_book(self) -> Iterator[Book]:
        """A book of its own without any account, for what writes; it is gone afterwards."""
        with copy_of(self.server, empty_database(self.server), "bench_empty") as url, book_at(url) as book:
            yield book

    def compare(
        self,
        name: str,
        ours: Callable[[], object],
        ceiling: Callable[[], object],
        *,
        allowed: float,
        note: str = "",
    ) -> Figure:
        """Measure ours beside its ceiling; a figure that is missed comes with a profile.

        Args:
            name: what is measured.
            ours: what the book does.
            ceiling: the best known way to the same result.
            allowed: how many times the ceiling ours may take.
            note: what a reader must know besides.
        """
        figure = Figure(name, *self.in_turns(ours, ceiling), allowed, note)
        return self.judged(figure, lambda: self.profile(ours))

    def in_turns(
        self, ours: Callable[[], object], ceiling: Callable[[], object]
    ) -> tuple[Measured, Measured]:
        """Measure two calls as often as this run measures, in turns."""
        return beside(ours, ceiling, self.runs)

    def judged(self, figure: Figure, explain: Callable[[], str]) -> Figure:
        """The figure; if it is missed, and somebody asks why, with what explains it on file."""
        if figure.met is not False or self._profiles is None:
            return figure
        return replace(figure, profile=saved(self._profiles, figure.name, explain()))

    def profile(self, call: Callable[[], object]) -> str:
        """Where Python and PostgreSQL spend the time of a call on the large book."""
        plans = (explained(self.connection, *read) for read in reads(self.book.engine, call))
        return "\n\n".join([profiled(call), *plans])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def conninfo(book: Book) -> str:
    """The address of a book, for bare psycopg."""
    address = book.engine.url.set(drivername="postgresql")
    return address.render_as_string(hide_password=False)
