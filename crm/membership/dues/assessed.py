"""What a pass over the memberships of a year comes to: who is charged what, and who is not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.membership.terms import Coverage
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Exempted(Shown):
    """A membership for which nothing is charged, and why."""

    organization_id: int
    name: str
    coverage: Coverage
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Shown):
    """What a pass over the memberships of a year came to.

    Attributes:
        memberships: how many memberships run in the year.
        charged_before: how many of them had nothing left to charge.
        invoices: how many invoices were written; 0 where the year was assessed before.
        amount: what they come to, in CHF.
        unverified: what of that is charged by fees that no source states.
        assumed: how many Sector Members were charged the lowest class because no class of theirs is stated.
        exempt: the memberships for which nothing is charged, with the reason.
        assessment_id: the pass on record; None where it wrote nothing.
    """

    year: int
    issued_on: date
    due_on: date
    memberships: int
    charged_before: int
    invoices: int
    amount: Decimal
    unverified: Decimal
    assumed: int
    exempt: tuple[Exempted, ...]
    assessment_id: int | None = None
