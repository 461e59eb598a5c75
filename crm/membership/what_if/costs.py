"""What serving members costs: a stated input, since no source tells it."""

from dataclasses import dataclass
from decimal import Decimal

from crm.errors import InvalidInput
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.money import amount_of
from crm.shown import Shown, said
from crm.store.columns import chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Shown):
    """What the members of a category or a Sector cost in a year.

    Args:
        amount: Swiss francs a year.
        category: of whom; all categories where none is stated.
        sector: "R", "T" or "D"; "RTD" for Academia; all where none is stated.
        source: who says so.

    Raises:
        InvalidInput: a value cannot be; `field` names it.
    """

    amount: Decimal | int | str
    category: Category | str | None = None
    sector: Coverage | str | None = None
    source: str = "assumption"

    def __post_init__(self) -> None:
        category = self.category and chosen(Category, self.category, field="category")
        sector = self.sector and chosen(Coverage, self.sector, field="sector")
        amount = amount_of(self.amount)
        if not amount:
            raise InvalidInput("amount: a cost of nothing is covered by anything.", field="amount")
        for name, value in {"amount": amount, "category": category, "sector": sector}.items():
            object.__setattr__(self, name, value)

    def concerns(self, category: Category, sector: Coverage) -> bool:
        """Whether a membership causes it."""
        return self.category in (None, category) and self.sector in (None, sector)

    def __str__(self) -> str:
        whom = said(self.category) if self.category else "all members"
        where = f" in {said(self.sector)}" if self.sector else ""
        return f"{whom}{where}"
