"""The membership as arrays: memberships that are alike become one kind, with a count."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from crm.membership.what_if.draws import Groups
from crm.membership.what_if.groups import Group
from crm.membership.what_if.members import Member
from crm.membership.what_if.paying import Paid, Tables
from crm.membership.what_if.response import Fees, Floats
from crm.reference.categories import Category

_CENTIMES = 100


@dataclass(frozen=True, slots=True)
class Population:
    """All memberships by kind.

    Args:
        kinds: each kind before and after the changes.
        count: how many memberships are of each kind.
        kind_of: the kind of each membership, in the order in which they were given.
    """

    kinds: tuple[tuple[Paid, Paid], ...]
    count: NDArray[np.int64]
    kind_of: tuple[int, ...]

    def fees(self) -> Fees:
        """What the kinds pay, in centimes."""
        return Fees(
            count=self.count,
            before=self._amounts(lambda before, _: before.fee),
            after=self._amounts(lambda _, after: after.fee),
            lower=self._amounts(lambda _, after: after.lower),
            step_before=np.array([before.step for before, _ in self.kinds], dtype=np.int8),
            step_after=np.array([after.step for _, after in self.kinds], dtype=np.int8),
            other_before=self._amounts(lambda before, _: before.other),
            other_after=self._amounts(lambda _, after: after.other),
        )

    def groups(self, groups: Sequence[Group]) -> Groups:
        """To which groups the kinds belong."""
        before, after = [pair[0] for pair in self.kinds], [pair[1] for pair in self.kinds]
        return Groups(
            before=_belonging(groups, ((side.member, side.member.holding.category) for side in before)),
            after=_belonging(groups, ((side.member, side.member.holding.category) for side in after)),
            moved_before=_belonging(groups, ((side.member, side.other_category) for side in before)),
            moved_after=_belonging(groups, ((side.member, side.other_category) for side in after)),
        )

    def _amounts(self, of: Callable[[Paid, Paid], Decimal]) -> Floats:
        return np.array([float(of(*pair) * _CENTIMES) for pair in self.kinds], dtype=np.float64)


def population(members: Sequence[Member], tables: Tables) -> Population:
    """All memberships by kind.

    Args:
        members: the memberships.
        tables: the fee tables before and after.

    Raises:
        NotFound: the tables say nothing for one of them.
    """
    counted = Counter(members)
    numbers = {member: number for number, member in enumerate(counted)}
    return Population(
        kinds=tuple(tables.paid(member) for member in counted),
        count=np.array(list(counted.values()), dtype=np.int64),
        kind_of=tuple(numbers[member] for member in members),
    )


def _belonging(groups: Sequence[Group], kinds: Iterable[tuple[Member, Category]]) -> Floats:
    rows = [[float(group.holds(member, category)) for group in groups] for member, category in kinds]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(groups))
