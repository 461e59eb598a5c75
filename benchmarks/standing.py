"""How members stand: worked out for all days in one pass, and read for one day, each beside bare SQL over the same rows."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select
from sqlmodel import Session, col

from benchmarks.bench import Bench, conninfo
from benchmarks.dataset import NOW, book_at, ready_database
from benchmarks.figure import Figure
from crm.book import Book
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing_spans import standing_on

ROWS = Path(__file__).with_suffix(".sql")
MOST = 100_000
_DAY = NOW.date()

# Money settles what is due first, so that sums are enough where there is no plan: what should have been paid, and was.
_BY_HAND = """
SELECT organization_id,
    CASE WHEN paid < sum(amount) FILTER (WHERE due_on + 180 <= %(day)s) THEN 'suspended'
        WHEN paid < sum(amount) FILTER (WHERE due_on < %(day)s) THEN 'arrears' ELSE 'good' END AS standing
FROM invoice
JOIN (
    SELECT term.organization_id, coalesce(sum(amount_chf), 0) AS paid
    FROM term LEFT JOIN payment ON payment.organization_id = term.organization_id AND received_on <= %(day)s
    WHERE since_on <= %(day)s AND (until_on IS NULL OR until_on >= %(day)s)
    GROUP BY term.organization_id
) member USING (organization_id)
WHERE issued_on <= %(day)s
GROUP BY organization_id, paid
ORDER BY organization_id
"""

_TERMS = "SELECT organization_id, since_on, until_on FROM term"
_PAYMENTS = "SELECT organization_id, received_on, amount_chf FROM payment"
_INVOICES = """
SELECT organization_id, number, due_on, invoice.amount, issued_on, invoice.id, kind, synthetic, min(since_on)
FROM invoice JOIN invoice_line ON invoice_id = invoice.id GROUP BY invoice.id
"""


def figures(bench: Bench) -> Iterator[Figure]:
    """All standings worked out and written; and all of a day read. That both ways agree on a day is asserted."""
    size = min(bench.size, MOST)
    database = ready_database(bench.server, "standing", ROWS, size)
    with (
        book_at(bench.server.url(database)) as book,
        psycopg.connect(conninfo(book), autocommit=True) as connection,
    ):
        assert book.standing.settle() == size
        for day in (date(2025, 4, 1), date(2025, 10, 15), _DAY):
            assert _read(book, day) == connection.execute(_BY_HAND, {"day": day}).fetchall()
        yield bench.compare(
            f"standing of {size:,} members on all days",
            book.standing.settle,
            lambda: _bare(connection),
            allowed=6.0,
            note="worked out and written; ceiling: the same rows read and the same spans copied in, without any rule",
        )
        yield bench.compare(
            f"standing of {size:,} members on a day",
            lambda: _read(book, _DAY),
            lambda: connection.execute(_BY_HAND, {"day": _DAY}).fetchall(),
            allowed=1.5,
            note="read from the spans; ceiling: one statement by hand over the invoices and payments",
        )


def _read(book: Book, day: date) -> list[Any]:
    spans = select(col(AccountStanding.organization_id), col(AccountStanding.standing))
    with Session(book.engine) as session:
        rows = session.execute(spans.where(standing_on(day)).order_by(col(AccountStanding.organization_id)))
        return [(number, standing.value) for number, standing in rows]


def _bare(connection: psycopg.Connection) -> None:
    for statement in (_TERMS, _PAYMENTS, _INVOICES):
        connection.execute(statement).fetchall()
    with connection.transaction(), connection.cursor() as cursor:
        spans = cursor.execute("SELECT * FROM standing_span ORDER BY organization_id, since_on").fetchall()
        cursor.execute("DELETE FROM standing_span")
        with cursor.copy("COPY standing_span FROM STDIN") as copy:
            for span in spans:
                copy.write_row(span)
