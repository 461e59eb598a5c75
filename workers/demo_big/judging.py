"""How good the search for duplicates is, where it is known which there are. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found of what there is.

    Attributes:
        found: how many of the known duplicates were found, by what had happened to the name.
        known: how many there are of each.
        wrong: how many pairs were found that are none.
    """

    found: Mapping[str, int]
    known: Mapping[str, int]
    wrong: int

    @property
    def recall(self) -> float:
        """How many of the duplicates were found, as a share."""
        return sum(self.found.values()) / max(1, sum(self.known.values()))

    @property
    def precision(self) -> float:
        """How many of the pairs that were found are duplicates, as a share."""
        right = sum(self.found.values())
        return right / max(1, right + self.wrong)

    def __str__(self) -> str:
        return f"recall {self.recall:.0%}, precision {self.precision:.0%}"


def quality(pairs: Iterable[tuple[int, int]], known: Mapping[tuple[int, int], str]) -> Quality:
    """Judge pairs by those that are known to be duplicates.

    Args:
        pairs: what was found, the smaller id first.
        known: the duplicates that there are, and what has happened to the name of each.
    """
    told = set(pairs)
    found = Counter(how for pair, how in known.items() if pair in told)
    return Quality(found, Counter(known.values()), len(told - known.keys()))
