"""What was charged before at another price than it would be charged at now: pure, told and never put right by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from crm.membership.dues.rounded_once import Line, share_of
from crm.membership.terms import Coverage
from crm.reference.fee_schedule import to_the_cent
from crm.shown import Shown

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PricedOtherwise(Shown):
    """Months that an account was charged at another price than they would be now: its country, its size or a fee differs.

    Attributes:
        coverage: the Sectors of the membership; None where it is the contribution of a Member State.
        charged: what the months were charged, in CHF.
        now: what they would be charged now.
    """

    organization_id: int
    name: str
    coverage: Coverage | None
    charged: Decimal
    now: Decimal

    def __str__(self) -> str:
        return f"{self.name}: charged {self.charged:,.2f}, now {self.now:,.2f}"


def other_price(
    lines: Sequence[Line], months: frozenset[int], year: int, now: Fraction
) -> tuple[Decimal, Decimal] | None:
    """What lines charge for some months and what these would be charged now; None where both are the same.

    Args:
        lines: on one membership or contribution, in one category and class.
        months: months of the year that they charge.
        year: the year.
        now: what the months would be charged now, not rounded.
    """
    charged = share_of(lines, months, year)
    # A line of no yearly fee was rounded by itself.
    if abs(charged - now) <= _CENT * len(lines):
        return None
    return to_the_cent(charged), to_the_cent(now)
