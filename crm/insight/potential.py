"""What members could be asked for: an upgrade or a further Sector, with the money and the reasons, ranked. Pure.

The points of the reasons add up to the rank. What stands under `against` with `holds` says that nobody should ask now:
retention first (docs/domain.md). None of it is an ask yet; `book.potential.open` makes one.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from crm.insight.clearance_rules import Clearance
from crm.insight.member_facts import MemberFacts
from crm.insight.membership_signals import open_to
from crm.insight.potential_reasons import speaks_for, stands_against
from crm.insight.signal import Signal
from crm.membership.fee_status import FeeStatus
from crm.membership.pricing import Holding, yearly_fee
from crm.membership.terms import Coverage
from crm.membership.upgrade_fees import UpgradeFees, upgrade_fees
from crm.reference.categories import Category
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import FeeSchedule
from crm.reference.opportunity_stages import OpportunityKind
from crm.reference.potential_weights import Weight, Weights
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Reason(Shown):
    """One reason for or against asking.

    Attributes:
        reason: which, as the weights know it.
        words: in a sentence.
        points: what it counts for; less than nothing where it speaks against.
        holds: whether nobody should ask as long as it stands.
    """

    reason: str
    words: str
    points: int
    holds: bool = False

    def __str__(self) -> str:
        return f"{'hold' if self.holds else f'{self.points:+d}'}: {self.words}"


@dataclass(frozen=True, slots=True)
class YearlyChange(Shown):
    """What a member would pay more each year.

    Attributes:
        amount: Swiss francs a year: the new fee less the old one.
        before: the fee that goes; 0 where one comes on top.
        after: the fee that comes.
        basis: how it comes about, in words.
        certainty: how sure the least sure of its facts is.
    """

    amount: Decimal
    before: Decimal
    after: Decimal
    basis: str
    certainty: Certainty

    def __str__(self) -> str:
        return f"{self.amount:+,.2f} CHF a year ({self.basis}; {self.certainty})"


@dataclass(frozen=True, slots=True)
class Contribution(Shown):
    """What one fact adds to the odds that the fitted model gives, on their logarithm.

    Attributes:
        feature: the fact.
        value: how much of it there is.
        coefficient: what one of it adds.
    """

    feature: str
    value: float
    coefficient: float

    @property
    def amount(self) -> float:
        """Coefficient times value."""
        return self.coefficient * self.value

    def __str__(self) -> str:
        return f"{self.feature} {self.value:.2f} x {self.coefficient:+.2f} = {self.amount:+.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Potential(Shown):
    """Something a member could be asked for.

    Attributes:
        organization: the name of the account.
        kind: an upgrade or a further Sector.
        sector: the Sector.
        category: what it would be there: a Sector Member; an Associate where it is one everywhere.
        yearly: what it would pay more.
        points: the sum of the points of all reasons: the rank.
        speaks: what speaks for it, the weightiest first.
        against: what stands against it, what holds first.
        chance: how likely it is won if it is asked for, by the fitted model; None where the weights rank.
        contributions: what adds up to that chance, the weightiest first.
        clearance: whether you may get in touch now; None where nobody asked.
        facts: all that is known of the account.
    """

    organization_id: int
    organization: str
    kind: OpportunityKind
    sector: str
    category: Category
    yearly: YearlyChange
    points: int
    speaks: tuple[Reason, ...]
    against: tuple[Reason, ...]
    facts: MemberFacts
    chance: float | None = None
    contributions: tuple[Contribution, ...] = ()
    clearance: Clearance | None = None

    @property
    def held(self) -> bool:
        """Whether something says that nobody should ask now."""
        return any(reason.holds for reason in self.against)

    @property
    def title(self) -> str:
        """What it is, e.g. "upgrade in ITU-T"."""
        return f"{_TITLES[self.kind]} ITU-{self.sector}"

    def __str__(self) -> str:
        rank = f"{self.points} points" if self.chance is None else f"{self.chance:.0%}, {self.points} points"
        reasons = "; ".join(map(str, (*self.speaks, *self.against)))
        return f"{self.organization}, {self.title}: {self.yearly.amount:+,.2f} CHF a year, {rank} ({reasons})"


_TITLES = {OpportunityKind.UPGRADE: "upgrade in", OpportunityKind.FURTHER_SECTOR: "to join"}

_NOTHING = Weight(0, holds=False)

Case = tuple[OpportunityKind, str, MemberFacts]
"""What could be asked for, in which Sector, and what is known of the member with the membership that it is about."""

ChangeOf = Callable[[OpportunityKind, Category, str, FeeStatus, str | None], YearlyChange]
"""What an account would pay more each year: the kind, what it would be, the Sector, how it counts, how large it is."""


def cases_of(held: Sequence[MemberFacts]) -> Iterator[Case]:
    """What one account could be asked for: to upgrade where it is an Associate, to join where it is nothing.

    Args:
        held: the account with each of its memberships as Sector Member or Associate.
    """
    for facts in held:
        if facts.category is Category.ASSOCIATE:
            yield OpportunityKind.UPGRADE, facts.coverage.value, facts
    if held:
        main = min(held, key=lambda facts: (facts.category is Category.ASSOCIATE, facts.member_since_on))
        yield from ((OpportunityKind.FURTHER_SECTOR, sector, main) for sector in open_to(main))


def changes_of(schedule: FeeSchedule, on: date) -> ChangeOf:
    """What would be paid more by the tables as of a day; each question is answered once.

    A Sector Member is priced by the lowest class that is open to it without conditions: what a reduction asks for
    (Resolution 170) is for a person to look at.
    """

    @cache
    def change(
        kind: OpportunityKind, category: Category, sector: str, status: FeeStatus, size: str | None
    ) -> YearlyChange:
        held = Category.ASSOCIATE if kind is OpportunityKind.UPGRADE else category
        holding = Holding(
            Coverage(sector), held, None, status.development, size, headquarters=status.headquarters
        )
        if kind is OpportunityKind.UPGRADE:
            return _more(upgrade_fees(schedule, holding, on))
        fee = yearly_fee(schedule, holding, on)
        return YearlyChange(fee.amount, Decimal(0), fee.amount, fee.basis, fee.certainty)

    return change


def _more(fees: UpgradeFees) -> YearlyChange:
    basis = f"{fees.sector_member.basis}, less {fees.associate.basis}"
    return YearlyChange(
        fees.difference, fees.associate.amount, fees.sector_member.amount, basis, fees.certainty
    )


def potential_of(
    case: Case, weights: Weights, change: ChangeOf, statuses: Mapping[int, FeeStatus]
) -> Potential:
    """What one case comes to.

    Args:
        case: what could be asked of whom.
        weights: what each reason counts for; one without a weight counts for nothing.
        change: what would be paid more.
        statuses: which accounts count as developed, by their ids.
    """
    kind, sector, facts = case
    speaks = _weighed(speaks_for(facts, kind, sector), kind, weights)
    against = _weighed(stands_against(facts, kind, sector), kind, weights)
    full = kind is OpportunityKind.UPGRADE or facts.category is Category.SECTOR_MEMBER
    category = Category.SECTOR_MEMBER if full else Category.ASSOCIATE
    return Potential(
        organization_id=facts.organization_id,
        organization=facts.name,
        kind=kind,
        sector=sector,
        category=category,
        yearly=change(kind, category, sector, statuses[facts.organization_id], facts.size),
        points=sum(reason.points for reason in (*speaks, *against)),
        speaks=tuple(sorted(speaks, key=lambda reason: -reason.points)),
        against=tuple(sorted(against, key=lambda reason: (not reason.holds, reason.points))),
        facts=facts,
    )


def in_order(found: Iterable[Potential]) -> list[Potential]:
    """The best first: what nothing holds back, by its chance or points, then by the money; the same book, the same order."""

    def place(potential: Potential) -> tuple[bool, float, int, Decimal, int, str, str]:
        rank = potential.points if potential.chance is None else potential.chance
        money = -potential.yearly.amount
        last = (potential.organization_id, potential.kind.value, potential.sector)
        return (potential.held, -rank, -potential.points, money, *last)

    return sorted(found, key=place)


def points_of(case: Case, weights: Weights) -> int:
    """The points of a case alone, without its money."""
    kind, sector, facts = case
    reasons = (*speaks_for(facts, kind, sector), *stands_against(facts, kind, sector))
    return sum(reason.points for reason in _weighed(reasons, kind, weights))


def features_of(case: Case) -> Mapping[str, float]:
    """What a fitted model reads of a case: its reasons, each there or not, and how much of what can be counted.

    Counts are taken as the logarithm of one more than they are: the third part taken says more than the thirtieth.
    """
    kind, sector, facts = case
    reasons = (*speaks_for(facts, kind, sector), *stands_against(facts, kind, sector))
    counted = {
        "parts taken": len(facts.participation),
        "contacts in a year": facts.contacts.times,
        "years a member": (facts.on - facts.member_since_on).days / 365,
    }
    return {
        kind.value: 1.0,
        **{reason.kind: 1.0 for reason in reasons},
        **{name: _damped(number) for name, number in counted.items()},
    }


def _damped(number: float) -> float:
    return math.log1p(number)


def _weighed(signals: Iterable[Signal], kind: OpportunityKind, weights: Weights) -> list[Reason]:
    return [
        Reason(signal.kind, signal.words, *weights.get((kind, signal.kind), _NOTHING)) for signal in signals
    ]
