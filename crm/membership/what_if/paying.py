"""What a membership pays before and after changes, and what it would pay in the other category: exact, without draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crm.membership.pricing import Holding, yearly_fee
from crm.membership.what_if.changes import Change, changed_member, changed_tables
from crm.membership.what_if.members import Member
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule

_OTHER = {Category.SECTOR_MEMBER: Category.ASSOCIATE, Category.ASSOCIATE: Category.SECTOR_MEMBER}
_STEP = {Category.SECTOR_MEMBER: -1, Category.ASSOCIATE: 1}


@dataclass(frozen=True, slots=True)
class Paid:
    """A membership on one side of the changes.

    Args:
        member: the membership; a Sector Member has its class.
        fee: Swiss francs a year.
        lower: the fee in the lower class that the changes open, else the same fee.
        step: 1 where the other category is a step up, -1 where it is a step down, 0 where there is none.
        other: the fee of the other category; 0 where there is none.
    """

    member: Member
    fee: Decimal
    lower: Decimal
    step: int
    other: Decimal

    @property
    def other_category(self) -> Category:
        """The category that it would move to; its own where there is none."""
        return _OTHER[self.member.holding.category] if self.step else self.member.holding.category


class Tables:
    """The fee tables before and after changes, and what memberships pay by them.

    Args:
        schedule: the tables before.
        changes: made one after another.
        on: the day whose lines are asked.

    Raises:
        InvalidInput: a change names a line that the tables do not have.
    """

    def __init__(self, schedule: FeeSchedule, changes: Sequence[Change], *, on: date) -> None:
        self._now = schedule
        self._changes = changes
        self._then = changed_tables(schedule, changes, on=on)
        self._on = on

    def paid(self, member: Member) -> tuple[Paid, Paid]:
        """What a membership pays before and after.

        Raises:
            NotFound: the tables say nothing for it.
        """
        classed = self._classed(member)
        return self._before(classed), self._after(classed)

    def _classed(self, member: Member) -> Member:
        """A Sector Member whose class nobody stated is taken to have the lowest that there is today."""
        held = member.holding
        if held.category is not Category.SECTOR_MEMBER or held.units is not None:
            return member
        return replace(member, holding=replace(held, units=self._lowest(self._now, held)))

    def _before(self, member: Member) -> Paid:
        fee, other = self._fee(self._now, member.holding), _other(member)
        if other is None:
            return Paid(member, fee, fee, 0, Decimal(0))
        would_pay = self._fee(self._now, other.holding)
        return Paid(member, fee, fee, _STEP[member.holding.category], would_pay)

    def _after(self, member: Member) -> Paid:
        changed = changed_member(member, self._changes)
        units, lower = self._classes(member, changed)
        then = replace(changed, holding=replace(changed.holding, units=units))
        fee = self._fee(self._then, then.holding)
        if lower is not None:
            lower_fee = self._fee(self._then, replace(then.holding, units=lower))
        other = self._other_after(changed)
        return Paid(
            member=then,
            fee=fee,
            lower=fee if lower is None else lower_fee,
            step=0 if other is None else _STEP[changed.holding.category],
            other=Decimal(0) if other is None else self._fee(self._then, other.holding),
        )

    def _other_after(self, changed: Member) -> Member | None:
        """In the other category; None where the changes would put it back at once."""
        other = _other(changed)
        put = other and changed_member(other, self._changes)
        return None if put is None or put.holding.category is changed.holding.category else put

    def _classes(self, member: Member, changed: Member) -> tuple[Fraction | None, Fraction | None]:
        """The class of a Sector Member after the changes, and the lower one that they open to it, if any."""
        held, then = member.holding, changed.holding
        if then.category is not Category.SECTOR_MEMBER:
            return None, None
        if held.category is not Category.SECTOR_MEMBER or held.units is None:
            return self._lowest(self._then, then), None
        floor, opened = self._floors(held, changed)
        units = max(held.units, floor)
        return units, opened if opened is not None and opened < units else None

    def _floors(self, held: Holding, changed: Member) -> tuple[Fraction, Fraction | None]:
        """The lowest class that it must have after the changes, and the lowest that they let it choose, if any."""
        assert held.units is not None  # the caller asks for Sector Members with a class only
        lowest_now, lowest_then = self._lowest(self._now, held), self._lowest(self._then, changed.holding)
        below_now, below_then = self._below(self._now, held), self._below(self._then, changed.holding)
        reduced = held.units < lowest_now and changed.reduced is not False
        floor = below_then if reduced else lowest_then
        # Who has chosen more than it must today is not drawn to less by a lower minimum.
        at_least = held.units == (below_now if reduced else lowest_now)
        opened = below_then if changed.reduced else floor
        return floor, opened if at_least else None

    def _lowest(self, schedule: FeeSchedule, held: Holding) -> Fraction:
        return schedule.minimum(held.coverage, development=held.development, on=self._on).units

    def _below(self, schedule: FeeSchedule, held: Holding) -> Fraction:
        """The lowest of the classes below the ordinary minimum; that minimum where there are none."""
        line = schedule.reduced_minimum(held.coverage, development=held.development, on=self._on)
        return line.units if line else self._lowest(schedule, held)

    def _fee(self, schedule: FeeSchedule, held: Holding) -> Decimal:
        return Decimal(0) if held.exempt else yearly_fee(schedule, held, self._on).amount


def _other(member: Member) -> Member | None:
    """The membership in the other category, in its lowest class; None for Academia and for those who pay nothing."""
    held = member.holding
    if held.exempt or held.category not in _OTHER:
        return None
    return replace(member, holding=replace(held, category=_OTHER[held.category], units=None))
