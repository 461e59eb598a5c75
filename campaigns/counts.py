"""How many of an arm did something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """How many of an arm did something."""

    did: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.did / self.of

    @property
    def opposite(self) -> "Count":
        """Those that did not."""
        return Count(self.of - self.did, self.of)
