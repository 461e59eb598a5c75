"""A membership as far as a what-if looks at it, and the words by which some of them are meant."""

from dataclasses import dataclass

from crm.directory.tables import Size
from crm.membership.pricing import Holding
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.country import IncomeGroup
from crm.reference.development import Development
from crm.shown import Shown, said
from crm.store.columns import chosen


@dataclass(frozen=True, slots=True)
class Member(Shown):
    """One membership, without the name of who holds it; several that are alike are equal.

    Args:
        holding: what it is priced by.
        region: the slug of the development region where the organisation is based; None where that is not stated.
        income: the income group of its country.
        ldc: whether its country is one of the least developed.
        reduced: whether the classes below the ordinary minimum are open to it; None: as the rules of today leave it.
    """

    holding: Holding
    region: str | None = None
    income: IncomeGroup | None = None
    ldc: bool = False
    reduced: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who(Shown):
    """Which memberships are meant: those to which everything that is stated applies; without anything, all.

    Args:
        category: the category of membership.
        sector: "R", "T" or "D"; "RTD" for all three at once.
        development: the status by which it pays.
        size: "sme" or "large"; one whose size is not known is neither.
        income: the income group of the country.
        ldc: whether the country is one of the least developed.
        region: the slug of a development region.

    Raises:
        InvalidInput: a value is none of those there are; `field` names it.
    """

    category: Category | str | None = None
    sector: Coverage | str | None = None
    development: Development | str | None = None
    size: Size | str | None = None
    income: IncomeGroup | str | None = None
    ldc: bool | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, chosen(kind, value, field=name))

    def means(self, member: Member) -> bool:
        """Whether a membership is one of those meant."""
        there = {
            "category": member.holding.category,
            "sector": member.holding.coverage,
            "development": member.holding.development,
            "size": member.holding.size,
            "income": member.income,
            "ldc": member.ldc,
            "region": member.region,
        }
        return all(getattr(self, name) in (None, value) for name, value in there.items())

    def __str__(self) -> str:
        stated = [
            f"{name} {'yes' if value is True else 'no' if value is False else said(value)}"
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        ]
        return ", ".join(stated) or "all"


_KINDS = {
    "category": Category,
    "sector": Coverage,
    "development": Development,
    "size": Size,
    "income": IncomeGroup,
}
