"""How long the accounts of a run are watched, so that all are compared over the same number of days. Pure: no clock, no book."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Exposure(Shown):
    """A look at a run at an instant: each account by what came of it within so many days of its own entry.

    Who has not had these days yet is not looked at. So what is counted once stays as it was counted, and a later look
    adds those who have had their days since.

    Attributes:
        at: the instant of the look.
        within: how long each account is watched, from its own entry.
    """

    at: datetime
    within: timedelta

    def compares(self, begun_at: datetime) -> bool:
        """Whether an account that entered then has had its days."""
        return begun_at + self.within <= self.at

    def counts(self, happened_at: datetime | None, *, begun_at: datetime) -> bool:
        """Whether something has come of an account that entered then, within its days.

        Args:
            happened_at: when it did; None where it has not.
            begun_at: when the account entered.
        """
        return happened_at is not None and begun_at <= happened_at <= begun_at + self.within
