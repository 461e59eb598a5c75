"""What one unit of contribution costs a year, for Member States and for Sector Members."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Numeric
from sqlmodel import Field, Session, col, select

from crm.errors import NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on
from crm.store.columns import choice


class Payer(StrEnum):
    """Who pays by units of contribution."""

    MEMBER_STATE = "member_state"
    SECTOR_MEMBER = "sector_member"


class ContributoryUnit(Fact, table=True):
    """The amount of one unit over a period.

    Attributes:
        payer: whose unit it is; that of Sector Members is one fifth of that of Member States.
        valid_from: the first day, and `valid_to` the first on which another amount holds.
        amount: Swiss francs a year.
        preliminary: whether the amount is a first one, still to be decided on.
    """

    __tablename__ = "contributory_unit"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="order"),
        CheckConstraint("amount > 0", name="amount"),
    )

    payer: Payer = choice(Payer, name="payer", primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    amount: Decimal = Field(sa_type=Numeric(16, 2), gt=0)
    preliminary: bool
    certainty: Certainty = certainty()

    @property
    def key(self) -> str:
        """Names the line wherever the unit shows, e.g. "unit-member_state-2028"."""
        return f"unit-{self.payer.value}-{self.valid_from.year}"

    @property
    def doubt(self) -> str:
        """What is uncertain about the amount, e.g. "preliminary, unverified"; empty where nothing is."""
        found = {
            "preliminary": self.preliminary,
            self.certainty.value: self.certainty is not Certainty.VERIFIED,
        }
        return ", ".join(word for word, holds in found.items() if holds)

    @property
    def source_and_doubt(self) -> str:
        """Where the amount comes from, after what is uncertain about it."""
        return f"{self.doubt}: {self.source}" if self.doubt else self.source


def unit_among(units: Iterable[ContributoryUnit], payer: Payer, on: date) -> ContributoryUnit:
    """What a unit costs on a day, among amounts that were read before.

    Raises:
        NotFound: no source states the amount for that day.
    """
    for unit in units:
        if unit.payer is payer and holds_on(unit, on):
            return unit
    raise NotFound(
        f"No contributory unit of a {payer.value.replace('_', ' ')} is stated for {on}.",
        field="on",
        value=on,
        hint="State it in contributory_units.csv and load the reference data.",
    )


def unit_on(session: Session, payer: Payer, on: date) -> ContributoryUnit:
    """What a unit costs on a day.

    Raises:
        NotFound: no source states the amount for that day.
    """
    return unit_among(all_units(session), payer, on)


def all_units(session: Session) -> tuple[ContributoryUnit, ...]:
    """Every amount that is stated, the earliest first."""
    current = select(ContributoryUnit).where(col(ContributoryUnit.retired_on).is_(None))
    return tuple(
        session.exec(current.order_by(col(ContributoryUnit.payer), col(ContributoryUnit.valid_from)))
    )
