"""What all members could be asked for, beside one statement by hand that gives the same rows in the same order."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.dataset import NOW
from benchmarks.figure import Figure
from crm.insight.potential import Potential

_BY_HAND = Path(__file__).with_suffix(".sql").read_bytes()
_DAY = NOW.date()
_END = datetime.combine(_DAY + timedelta(days=1), time(), UTC)


def figures(bench: Bench) -> Iterator[Figure]:
    """The ranking of everything that members could be asked for, what is held back with it."""

    def ours() -> tuple[Potential, ...]:
        return bench.book.potential.ranked(held=True)

    def by_hand() -> list[tuple[Any, ...]]:
        with bench.connection.transaction():
            # Of the rows of its own parts PostgreSQL knows nothing, and would join them one by one, for a minute.
            bench.connection.execute("SET LOCAL enable_nestloop = off")
            return bench.connection.execute(_BY_HAND, {"day": _DAY, "end": _END}).fetchall()

    wanted = by_hand()
    assert [_told(potential) for potential in ours()] == wanted
    members = len({row[0] for row in wanted})
    yield bench.compare(
        f"potential of {bench.size:,} accounts",
        ours,
        by_hand,
        allowed=6,
        note=f"{len(wanted):,} asks of {members:,} members, each with its reasons; ceiling: one statement by hand for their"
        " money and points",
    )


def _told(potential: Potential) -> tuple[Any, ...]:
    kind, sector = potential.kind.value, potential.sector
    return potential.organization_id, kind, sector, potential.yearly.amount, potential.points, potential.held
