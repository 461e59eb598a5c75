"""What comes out of a what-if, as plain values: exact amounts, bands of the draws, names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.membership.terms import Coverage
from crm.membership.what_if.costs import Cost
from crm.membership.what_if.groups import Dimension
from crm.membership.what_if.ranges import Range
from crm.reference.categories import Category
from crm.reference.facts import Certainty
from crm.reference.response_assumptions import Rate
from crm.shown import Shown, said


@dataclass(frozen=True, slots=True)
class Band(Shown):
    """Where the draws lie: five in a hundred below `p5`, half below `p50`, five in a hundred above `p95`."""

    p5: Decimal
    p50: Decimal
    p95: Decimal
    mean: Decimal

    def __str__(self) -> str:
        return f"{self.p50:,} ({self.p5:,} to {self.p95:,})"


@dataclass(frozen=True, slots=True)
class Assumption(Shown):
    """One parameter as it went into the draws.

    Args:
        rate: which one.
        range: its values.
        words: what it is the share of.
        source: where it comes from; "assumption" where nobody knows better.
        certainty: how sure it is.
    """

    rate: Rate
    range: Range
    words: str
    source: str
    certainty: Certainty

    def __str__(self) -> str:
        low, likely, high = self.range.low, self.range.likely, self.range.high
        values = f"{likely:g}" if low == high else f"{low:g} to {high:g}, likely {likely:g}"
        return f"{said(self.rate)} {values}"


@dataclass(frozen=True, slots=True)
class Moves(Shown):
    """How many memberships end or change in a year, without and with the changes."""

    without: Band
    with_changes: Band


@dataclass(frozen=True, slots=True)
class GroupResult(Shown):
    """What the changes do to one group of memberships; amounts in Swiss francs a year.

    Args:
        dimension: by what it is told from the rest.
        name: of the group; that of the membership today, and after its changes where it changes.
        memberships: how many belong to it today.
        today: what they pay today.
        unanswered: what would be paid if nobody answered to the changes.
        without: a year's revenue without the changes.
        with_changes: a year's revenue with them.
        net: the difference of the two, draw by draw.
        exits: memberships that end.
        upgrades: Associates that become Sector Members.
        downgrades: Sector Members that become Associates.
        lower: Sector Members that take a lower class.
    """

    dimension: Dimension
    name: str
    memberships: int
    today: Decimal
    unanswered: Decimal
    without: Band
    with_changes: Band
    net: Band
    exits: Moves
    upgrades: Moves
    downgrades: Moves
    lower: Moves


@dataclass(frozen=True, slots=True)
class MemberResult(Shown):
    """What the changes do to one membership.

    Args:
        organization_id: whose it is.
        organization: the name of it.
        country: where it is based.
        category: today.
        sector: which Sectors it covers.
        before: what it pays a year today.
        after: what it would pay.
        exit_before: how likely it ends within a year without the changes.
        exit_after: the same with them.
    """

    organization_id: int
    organization: str
    country: str | None
    category: Category
    sector: Coverage
    before: Decimal
    after: Decimal
    exit_before: float
    exit_after: float

    @property
    def change(self) -> Decimal:
        """By how much its fee changes."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class CostResult(Shown):
    """Whether a stated cost is covered by the fees of those who cause it.

    Args:
        cost: what was stated.
        today: what they pay today.
        without: a year's revenue from them without the changes.
        with_changes: the same with them.
        covered_without: in which share of the draws the revenue reaches the cost without the changes.
        covered_with: the same with them.
    """

    cost: Cost
    today: Decimal
    without: Band
    with_changes: Band
    covered_without: float
    covered_with: float


@dataclass(frozen=True, slots=True)
class RateSwing(Shown):
    """What one assumption alone does to the net revenue to expect, all others at their likely values."""

    rate: Rate
    range: Range
    at_low: Decimal
    at_high: Decimal

    @property
    def width(self) -> Decimal:
        """How far the two lie apart."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Results(Shown):
    """Everything that a what-if found.

    Args:
        changes: what was changed, in words.
        on: the day of the membership and of the tables.
        draws: how often all memberships decided.
        seed: where chance began.
        synthetic: how many of the memberships are made up.
        assumptions: what went into the draws.
        groups: the total first, then by category, Sector, region and development status.
        members: one entry a membership.
        costs: one entry a stated cost.
        swings: the assumption that matters most first.
        spread: how many draws have which net revenue: the least of each stretch, and the number.
    """

    changes: tuple[str, ...]
    on: date
    draws: int
    seed: int
    synthetic: int
    assumptions: tuple[Assumption, ...]
    groups: tuple[GroupResult, ...]
    members: tuple[MemberResult, ...]
    costs: tuple[CostResult, ...]
    swings: tuple[RateSwing, ...]
    spread: tuple[tuple[Decimal, int], ...]
