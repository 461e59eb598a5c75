"""The dues of a year for every membership in one pass, beside the same rows written by bare SQL."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg

from benchmarks.bench import Bench, conninfo
from benchmarks.dataset import book_at, copy_of, ready_database
from benchmarks.figure import Figure
from benchmarks.profiles import profiled
from crm.book import Book

_ROWS = Path(__file__).with_suffix(".sql")
_YEAR, _ISSUED = 2026, date(2026, 11, 24)

# What a membership costs, by hand: the class or the lowest one times the unit, else the fee; by whole months.
_PRICED = """
SELECT term.id AS event_id, term.organization_id, term.coverage, term.category, term.units, term.since_on AS joined_on,
    greatest(date_trunc('month', term.since_on)::date, DATE '2026-01-01') AS since_on,
    13 - CASE WHEN term.since_on > DATE '2026-01-01' THEN extract(month FROM term.since_on)::int ELSE 1 END AS months,
    coalesce(fee.key, lowest.key || ', unit-sector_member-' || extract(year FROM unit.valid_from)) AS rule,
    coalesce(fee.amount, coalesce(term.units, lowest.units) * unit.amount) AS yearly
FROM term
JOIN organization ON organization.id = term.organization_id
JOIN contributory_unit unit ON unit.payer = 'sector_member'
    AND unit.valid_from <= DATE '2026-01-01' AND (unit.valid_to IS NULL OR unit.valid_to > DATE '2026-01-01')
LEFT JOIN developed_country developed ON developed.country = organization.country
CROSS JOIN LATERAL (
    SELECT CASE WHEN developed.country IS NULL AND organization.country IS NOT NULL THEN 'developing' ELSE 'developed' END
) status (development)
LEFT JOIN LATERAL (
    SELECT key, amount FROM fee
    WHERE fee.category = term.category AND fee.coverage = term.coverage
        AND (fee.development IS NULL OR fee.development = status.development)
        AND (fee.size IS NULL OR fee.size = organization.size)
        AND fee.valid_from <= DATE '2026-01-01' AND (fee.valid_to IS NULL OR fee.valid_to > DATE '2026-01-01')
    ORDER BY fee.size IS NULL, fee.development IS NULL LIMIT 1
) fee ON term.category <> 'sector_member'
LEFT JOIN LATERAL (
    SELECT key, units FROM class_minimum
    WHERE class_minimum.coverage = term.coverage AND NOT reduced
        AND (class_minimum.development IS NULL OR class_minimum.development = status.development)
    ORDER BY class_minimum.development IS NULL LIMIT 1
) lowest ON term.category = 'sector_member'
WHERE term.since_on <= DATE '2026-12-31' AND (term.until_on IS NULL OR term.until_on >= DATE '2026-01-01')
"""
_DUE_ON = "' was due on 24 December 2026'"
_BY_HAND = f"""
WITH priced AS MATERIALIZED (
    SELECT *, round(yearly * months / 12, 2) AS amount, nextval('accord_id') AS invoice_id,
        '2026-' || lpad(serial::text, 6, '0') AS number
    FROM (SELECT *, row_number() OVER (ORDER BY organization_id) AS serial FROM ({_PRICED}) p) membership
), standing AS (
    INSERT INTO standing_span (organization_id, since_on, until_on, standing, punctuality, step, as_of, source, why, synthetic)
    SELECT organization_id, span.since_on, span.until_on, standing, punctuality, step, span.since_on, 'contract', why, false
    FROM priced, LATERAL (VALUES
        (priced.since_on, joined_on - 1, NULL, NULL, NULL, 'no member, and owes nothing'),
        (greatest(priced.since_on, joined_on), DATE '2026-12-24', 'good', NULL, NULL, 'nothing is overdue'),
        (DATE '2026-12-25', DATE '2027-06-21', 'arrears', 'unpaid', 'overdue', 'invoice ' || number || {_DUE_ON}),
        (DATE '2027-06-22', NULL, 'suspended', 'unpaid', 'suspended', 'suspended: invoice ' || number || {_DUE_ON})
    ) span (since_on, until_on, standing, punctuality, step, why)
    WHERE span.until_on IS NULL OR span.until_on >= span.since_on
), invoiced AS (
    INSERT INTO invoice (id, organization_id, number, kind, year, serial, amount, currency, issued_on, due_on, recorded_at,
        recorded_by, synthetic)
    SELECT invoice_id, organization_id, number, 'yearly', 2026, serial, amount, 'CHF',
        DATE '2026-11-24', DATE '2026-12-24', now(), 'by hand', false
    FROM priced
)
INSERT INTO invoice_line (id, invoice_id, event_id, coverage, category, units, since_on, until_on, months, amount, rule, basis)
SELECT nextval('accord_id'), invoice_id, event_id, coverage, category, units, since_on, DATE '2026-12-31', months, amount,
    rule, 'by hand'
FROM priced
"""  # noqa: S608 - texts of ours
_WRITTEN = """
SELECT number, organization_id, event_id, invoice.amount, since_on, until_on, months, line.amount, rule, due_on
FROM invoice JOIN invoice_line line ON line.invoice_id = invoice.id ORDER BY serial
"""
_STANDING = "SELECT * FROM standing_span ORDER BY organization_id, since_on"


def figures(bench: Bench) -> Iterator[Figure]:
    """A pass over all memberships of a year, taken back each time; and that it writes what the statement does."""
    database = ready_database(bench.server, "bench_dues", _ROWS, bench.size)
    with copy_of(bench.server, database, "bench_dues_copy") as url, book_at(url) as book:
        yield from _figures(bench, book)


def _figures(bench: Bench, book: Book) -> Iterator[Figure]:
    with psycopg.connect(conninfo(book)) as connection:

        def ours() -> int:
            return book.dues.assess(_YEAR, issued_on=_ISSUED, dry_run=True).invoices

        def by_hand() -> None:
            connection.execute(_BY_HAND.encode())
            connection.rollback()

        connection.execute(_BY_HAND.encode())
        wanted = _rows(connection)
        connection.rollback()
        note = (
            f"{len(wanted[0]):,} memberships, {len(wanted[1]):,} spans of standing that follow; ceiling: one statement by"
            " hand that writes the same rows, with how an unpaid invoice moves standing worked out beforehand"
        )
        figure = Figure("dues of a year assessed", *bench.in_turns(ours, by_hand), allowed=6, note=note)
        yield bench.judged(figure, lambda: profiled(ours))
        book.dues.assess(_YEAR, issued_on=_ISSUED)
        assert _rows(connection) == wanted


def _rows(connection: psycopg.Connection) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    connection.execute(
        "ANALYZE invoice, invoice_line"
    )  # just written: without it the join of all to all takes minutes
    return connection.execute(_WRITTEN).fetchall(), connection.execute(_STANDING).fetchall()
