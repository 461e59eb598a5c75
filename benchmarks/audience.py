"""The audience of `associate_upgrade`, beside the same rules in one statement written by hand.

The statement does not say who is held out: that is drawn over the whole audience, stratum by stratum.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figure import Figure
from campaigns import desk
from campaigns.audience import Invitation, LeftOut
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE

_BY_HAND = Path(__file__).with_suffix(".sql").read_text("utf-8")
_COUNTS = f"SELECT coalesce(why_left_out, 'enrolled') AS outcome, count(*) FROM ({_BY_HAND}) decided GROUP BY outcome"  # noqa: S608 - a file of ours
_INNER, _OUTER = 0x36, 0x5C  # RFC 2104
_BLOCK = 64

Row = tuple[object, ...]


def figures(bench: Bench) -> Iterator[Figure]:
    """The audience account by account, and the counts by reason alone."""
    parameters = _parameters(bench)

    def ours() -> list[Row]:
        return [_row(row) for row in desk.preview(bench.book, ASSOCIATE_UPGRADE).audience.rows]

    def by_hand() -> list[Row]:
        return bench.connection.execute(_BY_HAND.encode(), parameters).fetchall()

    def counts() -> dict[object, object]:
        reach = desk.preview(bench.book, ASSOCIATE_UPGRADE)
        return {"enrolled": reach.count, **{str(why): n for why, n in reach.reasons.items()}}

    def counts_by_hand() -> dict[object, object]:
        return dict(bench.connection.execute(_COUNTS.encode(), parameters).fetchall())

    assert ours() == by_hand()
    yield bench.compare(
        "audience of associate_upgrade",
        ours,
        by_hand,
        allowed=1.5,
        note=f"{len(by_hand()):,} Associates with contact, language and signal, or the reason; ceiling: one statement by hand",
    )
    assert {outcome: count for outcome, count in counts().items() if count} == counts_by_hand()
    yield bench.compare(
        "audience of associate_upgrade, counted by reason",
        counts,
        counts_by_hand,
        allowed=3,
        note="ceiling: the same, grouped by the database",
    )


def _row(row: Invitation | LeftOut) -> Row:
    signal = row.signal
    said = (
        row.account.organization_id,
        row.account.name,
        signal and signal.kind,
        signal and signal.facts.get("study_group"),
    )
    if isinstance(row, LeftOut):
        return (*said, row.skip.reason, None, None, None, None)
    contact = row.contact
    return (*said, None, contact.person_id, contact.name, contact.address, row.language)


def _parameters(bench: Bench) -> dict[str, object]:
    key = bench.book.identity.keys.current.ljust(_BLOCK, b"\0")
    now = bench.book.clock.now()
    return {
        "day": now.date(),
        "office": bench.book.staff.get(bench.book.actor).office,
        "quiet_since": now - ASSOCIATE_UPGRADE.quiet,
        "inner": bytes(byte ^ _INNER for byte in key) + b"suppression\0",
        "outer": bytes(byte ^ _OUTER for byte in key),
    }
