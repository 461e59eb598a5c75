"""Prospects by Member State, beside the same rows out of one statement written by hand."""

from collections.abc import Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.figure import Figure, median_of

_BY_HAND = """
SELECT region.name_en, state.name_en, state.code, coalesce(counted.prospects, 0)
FROM country state
JOIN region ON region.slug = state.region
LEFT JOIN (
    SELECT country.member_state, count(*) AS prospects
    FROM organization
    LEFT JOIN country ON country.code = organization.country
    WHERE organization.merged_into_id IS NULL
        AND EXISTS (
            SELECT FROM role
            WHERE role.organization_id = organization.id AND role.kind = 'prospect'
                AND role.since_on <= %(day)s AND (role.until_on IS NULL OR role.until_on >= %(day)s)
        )
        AND NOT EXISTS (
            SELECT FROM term
            WHERE term.organization_id = organization.id
                AND term.since_on <= %(day)s AND (term.until_on IS NULL OR term.until_on >= %(day)s)
        )
    GROUP BY country.member_state
) counted ON counted.member_state = state.code
WHERE state.member_state = state.code
ORDER BY region.position, state.name_en
"""


def figures(bench: Bench) -> Iterator[Figure]:
    """The figures alone beside the statement, and what the rows behind them cost."""
    day: dict[str, object] = {"day": bench.book.clock.now().date()}

    def ours() -> Sequence[tuple[object, ...]]:
        return [tuple(row.values()) for row in bench.book.reports.prospects_by_state(rows=False)][:-1]

    def by_hand() -> Sequence[tuple[object, ...]]:
        return bench.connection.execute(_BY_HAND, day).fetchall()

    assert sorted(ours(), key=str) == sorted(by_hand(), key=str)
    yield bench.compare(
        "prospects by Member State",
        ours,
        by_hand,
        allowed=1.5,
        note="194 rows; ceiling: one statement by hand. Ours counts the unassigned and the synthetic besides.",
    )
    yield Figure(
        "prospects by Member State, with the rows behind",
        median_of(lambda: bench.book.reports.prospects_by_state(rows=True), bench.runs),
        note=f"{len(bench.book.reports.prospects_by_state().rows_behind('total', 'prospects')):,} prospects read",
    )
