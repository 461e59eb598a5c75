"""Two records that are probably one and the same, with the reasons."""

from dataclasses import dataclass

from crm.insight.merge_tables import MergedKind
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Shown):
    """Two organisations, or two people, that are probably one.

    Attributes:
        keep_id: the one that has been in the book longer.
        duplicate_id: the other one; `book.merge(pair.keep_id, pair.duplicate_id, reason=…)` makes them one.
        score: how sure, from 0 to 1.
        because: the signs in words, those against it last.
        rules: the version of the rules that say so.
    """

    kind: MergedKind
    keep_id: int
    keep: str
    duplicate_id: int
    duplicate: str
    score: float
    because: tuple[str, ...]
    rules: str

    def __str__(self) -> str:
        reasons = "; ".join(self.because)
        return (
            f"{self.keep_id} {self.keep} = {self.duplicate_id} {self.duplicate} ({self.score:.0%}: {reasons})"
        )


def likeliest(pairs: list[Pair], limit: int | None) -> tuple[Pair, ...]:
    """Pairs, the surest first, and among equals those that came in last."""
    return tuple(sorted(pairs, key=lambda pair: (-pair.score, -pair.duplicate_id, -pair.keep_id))[:limit])
