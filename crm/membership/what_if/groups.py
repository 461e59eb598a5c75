"""How a what-if divides the membership: by category, Sector, region and development status, and by stated costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crm.membership.terms import Coverage
from crm.membership.what_if.costs import Cost
from crm.membership.what_if.members import Member
from crm.reference.categories import Category
from crm.reference.development import Development
from crm.shown import said


class Dimension(StrEnum):
    """By what the membership is divided."""

    TOTAL = "total"
    CATEGORY = "category"
    SECTOR = "sector"
    REGION = "region"
    DEVELOPMENT = "development"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the membership.

    Args:
        dimension: by what it is told from the rest.
        name: its name.
        key: the category, Sector, region or status of those who belong to it, or the cost that they cause.
    """

    dimension: Dimension
    name: str
    key: object = None

    def holds(self, member: Member, category: Category) -> bool:
        """Whether a membership belongs to it while it is in a category."""
        held = member.holding
        if isinstance(self.key, Cost):
            return self.key.concerns(category, held.coverage)
        there = {
            Dimension.TOTAL: None,
            Dimension.CATEGORY: category,
            Dimension.SECTOR: held.coverage,
            Dimension.REGION: member.region,
            Dimension.DEVELOPMENT: held.development,
        }
        return there[self.dimension] == self.key


def all_groups(regions: Iterable[tuple[str | None, str]], costs: Iterable[Cost]) -> tuple[Group, ...]:
    """The groups that a what-if tells apart: all, by category, Sector, region and development, and those of each cost.

    Args:
        regions: the slugs and names of the regions.
        costs: the costs that were stated.
    """
    return (
        Group(Dimension.TOTAL, "All memberships"),
        *(Group(Dimension.CATEGORY, said(each), each) for each in Category),
        *(Group(Dimension.SECTOR, each.value, each) for each in Coverage),
        *(Group(Dimension.REGION, name, slug) for slug, name in regions),
        *(Group(Dimension.DEVELOPMENT, each.value, each) for each in Development),
        *(Group(Dimension.COST, str(cost), cost) for cost in costs),
    )
