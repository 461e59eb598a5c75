"""What members owe on a day, by age, beside one statement by hand that gives the same rows."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psycopg

from benchmarks.bench import Bench, conninfo
from benchmarks.dataset import NOW, book_at, ready_database
from benchmarks.figure import Figure
from benchmarks.profiles import profiled
from benchmarks.standing import MOST, ROWS
from crm.book import Book
from crm.membership.dues.ageing import Age

_DAY = NOW.date()

# Money settles what is due first, so that what is open of an invoice follows from sums; nobody here has a repayment plan.
_BY_HAND = """
SELECT organization_id,
    coalesce(sum(open) FILTER (WHERE due_on >= %(day)s), 0),
    coalesce(sum(open) FILTER (WHERE due_on < %(day)s AND due_on + 180 > %(day)s), 0),
    coalesce(sum(open) FILTER (WHERE due_on + 180 <= %(day)s AND due_on + 270 > %(day)s), 0),
    coalesce(sum(open) FILTER (WHERE due_on + 270 <= %(day)s), 0)
FROM (
    SELECT organization_id, due_on, least(amount, sum(amount) OVER earlier - coalesce(paid, 0)) AS open
    FROM invoice
    LEFT JOIN (
        SELECT organization_id, sum(amount_chf) AS paid FROM payment WHERE received_on <= %(day)s GROUP BY organization_id
    ) payment USING (organization_id)
    WHERE issued_on <= %(day)s
    WINDOW earlier AS (PARTITION BY organization_id ORDER BY due_on, issued_on, number)
) item
WHERE open > 0
GROUP BY organization_id
ORDER BY min(due_on), organization_id
"""
_AGES = (Age.NOT_DUE, Age.OVERDUE, Age.SUSPENSION, Age.EXCLUSION)


def figures(bench: Bench) -> Iterator[Figure]:
    """The ages of what is owed on a day; that both ways give the same rows on several days is asserted."""
    size = min(bench.size, MOST)
    with (
        book_at(bench.server.url(ready_database(bench.server, "standing", ROWS, size))) as book,
        psycopg.connect(conninfo(book), autocommit=True) as connection,
    ):

        def by_hand(day: date = _DAY) -> list[tuple[int | Decimal, ...]]:
            return connection.execute(_BY_HAND, {"day": day}).fetchall()

        for day in (date(2025, 4, 1), date(2025, 10, 15), _DAY):
            assert _ours(book, day) == by_hand(day)
        figure = Figure(
            f"ageing of what {size:,} members owe",
            *bench.in_turns(lambda: _ours(book, _DAY), by_hand),
            allowed=6,
            note=f"{len(by_hand()):,} owe something; ceiling: one statement by hand",
        )
        yield bench.judged(figure, lambda: profiled(lambda: _ours(book, _DAY)))


def _ours(book: Book, day: date) -> list[tuple[int | Decimal, ...]]:
    return [(row.organization_id, *(row.by_age[age] for age in _AGES)) for row in book.dues.ageing(on=day)]
