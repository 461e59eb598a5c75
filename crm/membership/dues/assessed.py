"""What a pass over the memberships of a year comes to: who is charged what, and who is not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.membership.dues.priced_otherwise import PricedOtherwise
from crm.membership.terms import Coverage
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Exempted(Shown):
    """A membership that is exempt in a year or in some months of it, and why.

    Attributes:
        months: how many months of the year are exempt; only the others are charged.
    """

    organization_id: int
    name: str
    coverage: Coverage
    reason: str
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Shown):
    """What a pass over the memberships of a year came to.

    Attributes:
        memberships: how many memberships run in the year.
        charged_before: how many of them had nothing left to charge, though they are not exempt.
        invoices: how many invoices were written; 0 where the year was assessed before.
        amount: what they come to, in CHF.
        given_back: what of that is given back, below zero: charged for months in which a membership does not run any more,
            or runs in another category or class.
        unverified: what of the amount follows fees that no source states.
        assumed: how many Sector Members were charged the lowest class because no class of theirs is stated.
        exempt: the memberships that are exempt, some of them for a part of the year, with the reason.
        otherwise: what was charged before at another price than it would be now, because the country or size of an
            organisation was put right or a fee was stated since. It stays as it was invoiced; `book.dues.credit` gives it
            back, and the next pass charges it anew.
        assessment_id: the pass on record; None where it wrote nothing.
    """

    year: int
    issued_on: date
    due_on: date
    memberships: int
    charged_before: int
    invoices: int
    amount: Decimal
    given_back: Decimal
    unverified: Decimal
    assumed: int
    exempt: tuple[Exempted, ...]
    otherwise: tuple[PricedOtherwise, ...] = ()
    assessment_id: int | None = None
