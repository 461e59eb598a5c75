"""Assessing the dues of a year: every membership that runs in it, in one pass with a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, or_, select

from crm.directory.merged import among, keeper_ids
from crm.directory.tables import Organization
from crm.membership.balance import ZERO
from crm.membership.charging import charged_months, months_to_charge, runs
from crm.membership.dues_tables import Assessment, Invoice, InvoiceKind, InvoiceLine
from crm.membership.holdings import holdings
from crm.membership.ledger import Term
from crm.membership.posting import next_serial, number_of
from crm.membership.pricing import Holding, PricedLine, price
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.shown import Shown
from crm.store.copying import copy_in
from crm.store.store import Change
from crm.store.trail import take_ids

Progress = Callable[[int, int], object]
"""Is told how many accounts are done, and of how many."""

_STEP = 1_000


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
    assumed: int
    exempt: tuple[Exempted, ...]
    assessment_id: int | None = None


@dataclass(slots=True)
class _Pass:
    """One pass under way."""

    year: int
    lines: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    exempt: list[Any] = field(default_factory=list)
    charged_before: int = 0
    assumed: int = 0
    _prices: dict[tuple[Holding, date, date], tuple[PricedLine, ...]] = field(default_factory=dict)

    def take(self, term: Any, holding: Holding, months: Sequence[int], schedule: FeeSchedule) -> None:
        """Charge what is left of a membership to its account, or note that nothing is."""
        if holding.exempt:
            self.exempt.append(term)
        elif not months:
            self.charged_before += 1
        else:
            self.assumed += holding.category is Category.SECTOR_MEMBER and holding.units is None
            for since_on, until_on in runs(months, self.year):
                for line in self._price(schedule, holding, since_on, until_on):
                    self.lines[term.organization_id].append(_line(term, holding, line))

    def _price(
        self, schedule: FeeSchedule, holding: Holding, since_on: date, until_on: date
    ) -> tuple[PricedLine, ...]:
        # A hundred thousand memberships are priced by a few dozen different rules.
        key = holding, since_on, until_on
        if key not in self._prices:
            self._prices[key] = price(schedule, holding, since_on=since_on, until_on=until_on)
        return self._prices[key]
