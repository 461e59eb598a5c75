"""What an account manager asks all day: to find an account, to see it at a glance, to see what is due."""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figure import Figure, median_of
from crm.cli.organizations import at_a_glance
from crm.errors import NotFound

_LATEST = 50

_BY_NAME = """
SELECT organization.* FROM organization
WHERE id IN (SELECT organization_id FROM organization_name WHERE normal = %(name)s) AND merged_into_id IS NULL
"""
_FIND = """
SELECT organization.* FROM organization
WHERE id IN (SELECT organization_id FROM organization_name WHERE normal LIKE %(part)s)
    AND country = %(country)s AND merged_into_id IS NULL
ORDER BY id
"""
_DUE = "SELECT * FROM follow_up WHERE owner_id = %(owner)s AND done_at IS NULL ORDER BY due_on NULLS LAST, id"


def figures(bench: Bench) -> Iterator[Figure]:
    """Look-ups beside their statement by hand; the rest for its own sake."""
    book, by_hand = bench.book, bench.connection
    busiest = next(iter(book.organizations))
    owner = next(iter(book.staff))
    owed = {"owner": owner.id}
    named = {"name": busiest.name.casefold()}
    part = {"part": "%satellites%", "country": "KEN"}

    def statement(sql: str, parameters: dict[str, Any]) -> Callable[[], list[int]]:
        return lambda: [row[0] for row in by_hand.execute(sql.encode(), parameters)]

    compared: tuple[tuple[str, Callable[[], list[int]], Callable[[], list[int]]], ...] = (
        (
            "an account by its exact name",
            lambda: [book.organizations.get(busiest.name).id],
            statement(_BY_NAME, named),
        ),
        (
            "accounts by part of a name and country",
            lambda: [found.id for found in book.organizations.find("satellites", country="KEN")],
            statement(_FIND, part),
        ),
        (
            "what a colleague owes",
            lambda: [owed.id for owed in book.follow_ups.open(owner=owner)],
            statement(_DUE, owed),
        ),
    )
    for name, ours, theirs in compared:
        assert ours() == theirs()
        note = f"{len(ours()):,} rows as records of the book; ceiling: one statement by hand, as tuples"
        yield Figure(name, *bench.in_turns(ours, theirs), note=note)
    at_busiest = f"an account with {len(book.interactions.of(busiest)):,} interactions"
    stated: tuple[tuple[str, Callable[[], object], str], ...] = (
        ("a mistyped name, told what looks alike", lambda: _mistyped(bench, f"{busiest.name}x"), ""),
        ("an account at a glance", lambda: at_a_glance(book, busiest), at_busiest),
        ("the latest fifty lines of a timeline", lambda: book.timeline(busiest, limit=_LATEST), at_busiest),
    )
    for name, call, note in stated:
        yield Figure(name, median_of(call, bench.runs), note=note)


def _mistyped(bench: Bench, name: str) -> tuple[str, ...]:
    try:
        bench.book.organizations.get(name)
    except NotFound as refusal:
        return tuple(refusal.candidates)
    raise AssertionError(name)
