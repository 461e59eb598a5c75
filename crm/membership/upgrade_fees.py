"""What an Associate pays a year, what it would pay as a Sector Member, and the difference. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from crm.membership.pricing import Holding, yearly_fee
from crm.reference.categories import Category
from crm.reference.facts import Certainty, least_sure
from crm.reference.fee_schedule import FeeSchedule, YearlyFee
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class UpgradeFees(Shown):
    """What an Associate pays a year by the fee tables, and what it would pay as a Sector Member of the same Sector."""

    associate: YearlyFee
    sector_member: YearlyFee

    @property
    def difference(self) -> Decimal:
        """Swiss francs a year that it would pay more."""
        return self.sector_member.amount - self.associate.amount

    @property
    def certainty(self) -> Certainty:
        """How sure the less sure of the two is."""
        return least_sure([self.associate.certainty, self.sector_member.certainty])

    @property
    def are_sure(self) -> bool:
        """Whether both are stated by a source, so that a letter may name them."""
        return self.certainty is not Certainty.UNVERIFIED


def upgrade_fees(schedule: FeeSchedule, associate: Holding, on: date) -> UpgradeFees:
    """The two fees of an Associate, by the tables as of a day.

    A Sector Member has no reduction for its size, and is priced by the lowest class of its Sector.

    Args:
        schedule: the tables of fees.
        associate: its membership as an Associate.
        on: the day.

    Raises:
        NotFound: the tables say nothing for one of the two.
    """
    member = replace(associate, category=Category.SECTOR_MEMBER, units=None, size=None)
    return UpgradeFees(*(yearly_fee(schedule, each, on) for each in (associate, member)))
