"""What an Associate pays a year, and would pay as a Sector Member, as far as its account and the dated tables tell."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.errors import NotFound
from crm.insight.candidate import UpgradeFees
from crm.membership.pricing import Holding, yearly_fee
from crm.reference.categories import Category
from crm.reference.development import developed_on, status_of
from crm.reference.fee_schedule import FeeSchedule, fee_schedule


@dataclass(frozen=True, slots=True)
class FeesOn:
    """The tables of fees, and which countries count as developed, on a day."""

    schedule: FeeSchedule
    developed: frozenset[str]
    day: date

    @classmethod
    def of(cls, session: Session, day: date) -> "FeesOn":
        """Read them."""
        return cls(fee_schedule(session), developed_on(session, day), day)

    def of_upgrade(self, row: Any) -> UpgradeFees | None:
        """The two fees of an Associate in its Sector; None for others, and where the tables say nothing."""
        if row.category is not Category.ASSOCIATE:
            return None
        status = status_of(row.country, self.developed)
        associate = Holding(row.coverage, Category.ASSOCIATE, None, status, row.size and row.size.value)
        # A Sector Member has no reduction for its size, and pays the lowest class of its Sector where it chooses none.
        member = Holding(row.coverage, Category.SECTOR_MEMBER, None, status, None)
        try:
            return UpgradeFees(*(yearly_fee(self.schedule, each, self.day) for each in (associate, member)))
        except NotFound:
            return None
