"""The only module that reads the clock. Every book takes its clock as an argument."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in aware UTC."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it was set, for rehearsals and tests.

    Args:
        at: the instant it shows; aware.
    """

    at: datetime

    def now(self) -> datetime:
        """The instant the clock was set to, in UTC."""
        return self.at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (or back) by a duration."""
        self.at += by
