"""From when to when a fact holds: its first day, and the first day on which it no longer does."""

from datetime import date
from typing import Protocol


class Dated(Protocol):
    """A fact with a first day and an end; none given means always."""

    @property
    def valid_from(self) -> date | None:
        """The first day on which it holds."""

    @property
    def valid_to(self) -> date | None:
        """The first day on which it no longer holds."""


def holds_on(fact: Dated, day: date) -> bool:
    """Whether a fact holds on a day."""
    return (fact.valid_from or date.min) <= day and (fact.valid_to is None or day < fact.valid_to)
