"""Whom to see: `book.attention` of one account manager, held against a tenth of a second and against its own statements."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured, median_of
from benchmarks.profiles import reads

_PROMISED = Measured((0.1,))
_SOME_HUNDREDS, _THOUSANDS = 201, 1
"""One of the staff who keeps an account in 2,500, and one who keeps thousands."""


def figures(bench: Bench) -> Iterator[Figure]:
    """One who keeps some hundreds of accounts, beside the statements that this takes; and one who keeps thousands."""
    book = bench.book

    def ours() -> object:
        return book.attention(owner=_SOME_HUNDREDS)

    asked = reads(book.engine, ours)

    def bare() -> None:
        for statement, parameters in asked:
            bench.connection.execute(statement.encode(), parameters).fetchall()

    note = f"{len(book.attention(owner=_SOME_HUNDREDS)):,} needs; ceiling: what is promised"
    promised = Figure(
        "attention, some hundreds of accounts", median_of(ours, bench.runs), _PROMISED, 1.0, note
    )
    yield bench.judged(promised, lambda: bench.profile(ours))
    yield bench.compare(
        "attention, beside its statements alone",
        ours,
        bare,
        allowed=2.0,
        note=f"{len(asked)} statements, whatever the number of accounts; ceiling: the same by a bare connection",
    )
    yield Figure(
        "attention, thousands of accounts",
        median_of(lambda: book.attention(owner=_THOUSANDS), bench.runs),
        note=f"{len(book.attention(owner=_THOUSANDS)):,} needs",
    )
