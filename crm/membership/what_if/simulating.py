"""A what-if from the fee tables, the changes and the assumptions to its results: pure, seeded, without the book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from crm.membership.what_if.changes import Change
from crm.membership.what_if.costs import Cost
from crm.membership.what_if.draws import Drawn, Progress, draw
from crm.membership.what_if.groups import Dimension, Group, all_groups
from crm.membership.what_if.paying import Tables
from crm.membership.what_if.population import Population, population
from crm.membership.what_if.reading import Membership
from crm.membership.what_if.response import Fees, Floats
from crm.membership.what_if.results import (
    Assumption,
    Band,
    CostResult,
    GroupResult,
    MemberResult,
    Moves,
    RateSwing,
    Results,
)
from crm.membership.what_if.tornado import tornado
from crm.reference.fee_schedule import FeeSchedule

_CENTIME = Decimal("0.01")
_TENTH = Decimal("0.1")
_PERCENTILES = (5, 50, 95)
_STRETCHES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Args:
        changes: made one after another.
        on: the day of the membership and of the tables.
        assumptions: one for each rate, in the order of `Rate`.
        costs: what serving members costs.
        draws: how often all memberships decide.
        seed: where chance begins.
    """

    changes: tuple[Change, ...]
    on: date
    assumptions: tuple[Assumption, ...]
    costs: tuple[Cost, ...] = ()
    draws: int = 10_000
    seed: int = 1


def simulate(
    question: Question,
    held: Sequence[Membership],
    schedule: FeeSchedule,
    regions: Iterable[tuple[str | None, str]],
    *,
    progress: Progress | None = None,
) -> Results:
    """Everything that a what-if finds.

    Args:
        question: what is asked.
        held: the memberships.
        schedule: the fee tables.
        regions: the slugs and names of the regions, in their order.
        progress: told how many draws are done, and of how many.

    Raises:
        InvalidInput: a change names a line that the tables do not have.
        NotFound: the tables say nothing for one of the memberships.
    """
    tables = Tables(schedule, question.changes, on=question.on)
    people = population([each.member for each in held], tables)
    fees, groups = people.fees(), all_groups(regions, question.costs)
    ranges = [each.range for each in question.assumptions]
    belonging = people.groups(groups)
    drawn = draw(fees, belonging, ranges, draws=question.draws, seed=question.seed, progress=progress)
    exact = _Exact(
        fees.count @ belonging.before,
        (fees.count * fees.before) @ belonging.before,
        (fees.count * fees.after) @ belonging.after,
    )
    return Results(
        changes=tuple(map(str, question.changes)),
        on=question.on,
        draws=question.draws,
        seed=question.seed,
        synthetic=sum(each.synthetic for each in held),
        assumptions=question.assumptions,
        groups=tuple(
            _group(group, at, exact, drawn)
            for at, group in enumerate(groups)
            if group.dimension is not Dimension.COST
        ),
        members=tuple(
            _member(each, at, people, drawn) for each, at in zip(held, people.kind_of, strict=True)
        ),
        costs=_costs(question.costs, groups, exact, drawn),
        swings=_swings(fees, question.assumptions),
        spread=_spread(drawn),
    )


@dataclass(frozen=True, slots=True)
class _Exact:
    """What needs no draws, one entry a group: memberships, and centimes a year."""

    memberships: Floats
    today: Floats
    unanswered: Floats


def _group(group: Group, at: int, exact: _Exact, drawn: Drawn) -> GroupResult:
    before, after = drawn.before, drawn.after

    def moves(name: str) -> Moves:
        return Moves(_number(getattr(before, name)[:, at]), _number(getattr(after, name)[:, at]))

    return GroupResult(
        dimension=group.dimension,
        name=group.name,
        memberships=int(exact.memberships[at]),
        today=_francs(exact.today[at]),
        unanswered=_francs(exact.unanswered[at]),
        without=_money(before.revenue[:, at]),
        with_changes=_money(after.revenue[:, at]),
        net=_money(after.revenue[:, at] - before.revenue[:, at]),
        exits=moves("exits"),
        upgrades=moves("upgrades"),
        downgrades=moves("downgrades"),
        lower=moves("lower"),
    )


def _member(held: Membership, at: int, people: Population, drawn: Drawn) -> MemberResult:
    before, after = people.kinds[at]
    return MemberResult(
        organization_id=held.organization_id,
        organization=held.organization,
        country=held.country,
        category=before.member.holding.category,
        sector=before.member.holding.coverage,
        before=before.fee,
        after=after.fee,
        exit_before=float(drawn.exit_before[at]),
        exit_after=float(drawn.exit_after[at]),
    )


def _costs(
    costs: Sequence[Cost], groups: Sequence[Group], exact: _Exact, drawn: Drawn
) -> tuple[CostResult, ...]:
    columns = [at for at, group in enumerate(groups) if group.dimension is Dimension.COST]
    return tuple(_cost(cost, at, exact, drawn) for cost, at in zip(costs, columns, strict=True))


def _cost(cost: Cost, at: int, exact: _Exact, drawn: Drawn) -> CostResult:
    without, with_changes = drawn.before.revenue[:, at], drawn.after.revenue[:, at]
    centimes = float(Decimal(cost.amount) * 100)
    return CostResult(
        cost=cost,
        today=_francs(exact.today[at]),
        without=_money(without),
        with_changes=_money(with_changes),
        covered_without=float(np.mean(without >= centimes)),
        covered_with=float(np.mean(with_changes >= centimes)),
    )


def _swings(fees: Fees, assumptions: Sequence[Assumption]) -> tuple[RateSwing, ...]:
    ranges = {each.rate: each.range for each in assumptions}
    swings = tornado(fees, list(ranges.values()))
    return tuple(
        RateSwing(each.rate, ranges[each.rate], _francs(each.at_low), _francs(each.at_high))
        for each in swings
    )


def _spread(drawn: Drawn) -> tuple[tuple[Decimal, int], ...]:
    """The draws by net revenue, in stretches of equal width."""
    net = (drawn.after.revenue - drawn.before.revenue)[:, 0]
    if net.min() == net.max():
        return ((_francs(net[0]), len(net)),)
    counted, edges = np.histogram(net, bins=_STRETCHES)
    return tuple((_francs(edge), int(count)) for edge, count in zip(edges[:-1], counted, strict=True))


def _money(centimes: Floats) -> Band:
    return Band(*(_francs(value) for value in _points(centimes)))


def _number(counts: Floats) -> Band:
    return Band(*(Decimal(value).quantize(_TENTH, ROUND_HALF_UP) for value in _points(counts)))


def _points(values: Floats) -> list[float]:
    return [*np.percentile(values, _PERCENTILES).tolist(), float(values.mean())]


def _francs(centimes: float) -> Decimal:
    return (Decimal(centimes) / 100).quantize(_CENTIME, ROUND_HALF_UP)
