"""Memberships, kinds of them and fee tables for a what-if, without a book."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from crm.membership.pricing import Holding
from crm.membership.terms import Coverage
from crm.membership.what_if.assumptions import assumptions_of
from crm.membership.what_if.draws import Groups
from crm.membership.what_if.members import Member
from crm.membership.what_if.ranges import Range
from crm.membership.what_if.reading import Membership
from crm.membership.what_if.response import RATES, Fees
from crm.membership.what_if.results import Assumption
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.csvfile import facts, shipped
from crm.reference.development import Development
from crm.reference.fee_schedule import FeeSchedule
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.units import units_of

ON = date(2026, 11, 24)

NOTHING = tuple(Range.certain(0) for _ in RATES)
"""Nobody answers to anything."""


def ranges(**stated: Range | float) -> tuple[Range, ...]:
    """A range for each rate: those that are stated, nothing for the others."""
    certain = {
        name: each if isinstance(each, Range) else Range.certain(each) for name, each in stated.items()
    }
    return tuple(certain.get(rate.value, Range.certain(0)) for rate in RATES)


def fees(*kinds: dict[str, float]) -> Fees:
    """Kinds of memberships in centimes; what is not said of after is as before."""
    full = [_full(kind) for kind in kinds]

    def column(name: str, dtype: type = np.float64) -> np.ndarray:
        return np.array([kind[name] for kind in full], dtype=dtype)

    return Fees(
        count=column("count", np.int64),
        step_before=column("step", np.int8),
        step_after=column("step_after", np.int8),
        **{name: column(name) for name in ("before", "after", "lower", "other_before", "other_after")},
    )


def together(these: Fees) -> Groups:
    """All kinds in one group."""
    one = np.ones((len(these.count), 1))
    return Groups(one, one, one, one)


def _full(kind: dict[str, float]) -> dict[str, float]:
    after, other, step = kind.get("after", kind["before"]), kind.get("other_before", 0), kind.get("step", 0)
    unsaid = {"count": 1, "after": after, "lower": after, "step": step, "step_after": step}
    return {**unsaid, "other_before": other, "other_after": other, **kind}


def member(
    category: str = "associate",
    sector: str = "T",
    *,
    development: str = "developed",
    size: str | None = None,
    units: str | None = None,
    exempt: bool = False,
    **more: Any,
) -> Member:
    """A membership; `more` is what a `Member` has besides."""
    held = Holding(
        coverage=Coverage(sector),
        category=Category(category),
        units=units_of(units) if units else None,
        development=Development(development),
        size=size,
        exempt=exempt,
    )
    return Member(held, **more)


def memberships(*members: Member) -> tuple[Membership, ...]:
    """Memberships of as many organisations, named after their number."""
    return tuple(
        Membership(number, f"Member {number}", "CHE", synthetic=True, member=each)
        for number, each in enumerate(members, start=1)
    )


@cache
def schedule() -> FeeSchedule:
    """The fee tables as they are shipped."""
    return FeeSchedule(
        facts(Fee, shipped("fees.csv")),
        facts(ClassMinimum, shipped("class_minimums.csv")),
        facts(ContributoryUnit, shipped("contributory_units.csv")),
    )


def assumed(**stated: Range | float) -> tuple[Assumption, ...]:
    """An assumption for each rate: those that are stated, nothing for the others."""
    return assumptions_of(dict(zip(RATES, ranges(**stated), strict=True)))
