"""What an Associate pays a year, and would pay as a Sector Member, as far as its account and the dated tables tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.errors import NotFound
from crm.membership.fee_status import FeeStatus, fee_statuses
from crm.membership.pricing import Holding
from crm.membership.upgrade_fees import UpgradeFees, upgrade_fees
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule


@dataclass(frozen=True, slots=True)
class FeesOn:
    """The tables of fees, and which accounts count as developed, on a day."""

    schedule: FeeSchedule
    statuses: Mapping[int, FeeStatus]
    day: date
    _known: dict[Holding, UpgradeFees | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, session: Session, organizations: Iterable[int], day: date) -> "FeesOn":
        """Read them, for some accounts by their ids."""
        return cls(fee_schedule(session), fee_statuses(session, organizations, on=day), day)

    def of_upgrade(self, row: Any) -> UpgradeFees | None:
        """The two fees of an Associate in its Sector; None for others, and where the tables say nothing."""
        if row.category is not Category.ASSOCIATE:
            return None
        status, size = self.statuses[row.id], row.size and row.size.value
        holding = Holding(
            row.coverage,
            Category.ASSOCIATE,
            None,
            status.development,
            size,
            headquarters=status.headquarters,
        )
        # Thousands of accounts share a few kinds of membership, and each kind is priced once.
        if holding not in self._known:
            self._known[holding] = self._fees(holding)
        return self._known[holding]

    def _fees(self, associate: Holding) -> UpgradeFees | None:
        try:
            return upgrade_fees(self.schedule, associate, self.day)
        except NotFound:
            return None
