"""A what-if on fees: 10,000 members who decide 10,000 times, beside the same arithmetic as one bare NumPy expression."""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import numpy as np

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured
from crm.membership.pricing import Holding
from crm.membership.terms import Coverage
from crm.membership.what_if import FeeChange, MinimumChange, Range, UnitChange
from crm.membership.what_if.assumptions import assumptions_of
from crm.membership.what_if.draws import CELLS, Single, draw, rates_of
from crm.membership.what_if.groups import all_groups
from crm.membership.what_if.members import Member
from crm.membership.what_if.paying import Tables
from crm.membership.what_if.population import Population, population
from crm.membership.what_if.reading import Membership
from crm.membership.what_if.response import Floats, Pressure, pressure_after, pressure_before
from crm.membership.what_if.simulating import Question, simulate
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.csvfile import facts, shipped
from crm.reference.development import Development
from crm.reference.fee_schedule import FeeSchedule
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.units import units_of

_ON = date(2026, 11, 24)
_MOST = 10_000
_SEED = 7
_MEGABYTE = 1024 * 1024
_CHANGES = (FeeChange("associate-*", by="10%"), UnitChange(by="5%"), MinimumChange("sector-member-T", 1))
_REGIONS = tuple(
    (slug, slug) for slug in ("africa", "americas", "arab-states", "asia-pacific", "cis", "europe")
)


def figures(bench: Bench) -> Iterator[Figure]:
    """A whole what-if beside its arithmetic alone, and the memory that it takes."""
    members = draws = min(_MOST, bench.size)
    held, schedule = (
        _members(members),
        FeeSchedule(
            facts(Fee, shipped("fees.csv")),
            facts(ClassMinimum, shipped("class_minimums.csv")),
            facts(ContributoryUnit, shipped("contributory_units.csv")),
        ),
    )
    tables = Tables(schedule, _CHANGES, on=_ON)
    people = population([each.member for each in held], tables)
    bare = _Bare(people)

    question = Question(changes=_CHANGES, on=_ON, assumptions=assumptions_of(None), draws=draws, seed=_SEED)
    ours = partial(simulate, question, held, schedule, _REGIONS)
    assert np.array_equal(_core(people, 50), bare.revenue(50))  # in each draw, and to the centime
    yield bench.compare(
        f"a what-if of {members:,} members, {draws:,} draws",
        ours,
        partial(bare.revenue, draws),
        allowed=1,
        note="Ours prices every member, draws, and works out bands, chances by name and what matters most; the ceiling is "
        "the revenue of each draw by group, before and after, as one NumPy expression in chunks of the same size, over "
        f"fees that were looked up before. {len(people.kinds)} kinds of members.",
    )
    few = partial(simulate, question, held[: max(members // 5, 1)], schedule, _REGIONS)
    yield Figure(
        "memory of a what-if",
        _peak(ours),
        _peak(few),
        2,
        f"The most that is held for {members:,} members, beside a fifth of them; one number for each member and draw would "
        f"be {4 * members * draws / _MEGABYTE:,.0f} MB.",
    )


class _Bare:
    """The same arithmetic over members instead of kinds, without counting."""

    def __init__(self, people: Population) -> None:
        fees, groups = people.fees(), people.groups(all_groups(_REGIONS, ()))

        def each(values: Floats) -> Floats:
            return np.repeat(values, fees.count, axis=0)

        self._members = int(fees.count.sum())
        self._sides = (
            (
                _each(pressure_before(fees), fees.count),
                each(fees.before[:, None] * groups.before),
                each(fees.other_before[:, None] * groups.moved_before),
            ),
            (
                _each(pressure_after(fees), fees.count),
                each(fees.after[:, None] * groups.after),
                each(fees.other_after[:, None] * groups.moved_after),
            ),
        )

    def revenue(self, draws: int) -> Floats:
        """The revenue of each draw by group, before and after."""
        rates, luck = rates_of(_ranges(), draws=draws, seed=_SEED)
        size = max(1, CELLS // self._members)
        starts = range(0, draws, size)
        return np.concatenate([self._some(rates[at : at + size], luck) for at in starts], axis=1)

    def _some(self, rates: Floats, luck: np.random.Generator) -> Floats:
        numbers = luck.random((len(rates), self._members), dtype=np.float32)
        return np.stack([_revenue(numbers, rates, *side) for side in self._sides])


def _revenue(numbers: Single, rates: Floats, pressure: Pressure, pays: Floats, would_pay: Floats) -> Floats:
    exits = np.clip(rates[:, :3] @ pressure.exits, 0, 1)
    kept = 1 - np.minimum(np.clip(rates[:, 3:7] @ pressure.moves, 0, 1), 1 - exits)
    exits, kept = exits.astype(np.float32), kept.astype(np.float32)
    stays, moves = (numbers >= exits) & (numbers < kept), numbers >= kept
    return (
        stays.astype(np.float64) @ pays + moves.astype(np.float64) @ would_pay
    )  # only floats go through BLAS


def _core(people: Population, draws: int) -> Floats:
    drawn = draw(people.fees(), people.groups(all_groups(_REGIONS, ())), _ranges(), draws=draws, seed=_SEED)
    return np.stack([drawn.before.revenue, drawn.after.revenue])


def _ranges() -> list[Range]:
    return [each.range for each in assumptions_of(None)]


def _each(pressure: Pressure, count: np.ndarray) -> Pressure:
    return Pressure(
        np.repeat(pressure.exits, count, axis=1),
        np.repeat(pressure.moves, count, axis=1),
        np.repeat(pressure.lower, count),
    )


def _peak(call: Callable[[], object]) -> Measured:
    tracemalloc.start()
    try:
        call()
        return Measured((tracemalloc.get_traced_memory()[1] / _MEGABYTE,), unit="MB")
    finally:
        tracemalloc.stop()


def _members(number: int) -> tuple[Membership, ...]:
    """Made-up memberships, the same for the same number: three in ten Sector Members, six Associates, one Academia."""
    luck = np.random.default_rng(_SEED)
    return tuple(
        Membership(at, f"Member {at}", "CHE", synthetic=True, member=_member(luck)) for at in range(number)
    )


def _member(luck: np.random.Generator) -> Member:
    category = Category(luck.choice([*Category], p=[0.3, 0.6, 0.1]))
    sector = Coverage.ALL if category is Category.ACADEMIA else Coverage(luck.choice([*"RTD"]))
    held = Holding(
        coverage=sector,
        category=category,
        units=units_of(str(luck.choice(["1/2", "1", "2", "5"])))
        if category is Category.SECTOR_MEMBER
        else None,
        development=Development(luck.choice([*Development])),
        size=str(luck.choice(["sme", "large"])),
    )
    return Member(held, region=str(luck.choice([slug for slug, _ in _REGIONS])))
