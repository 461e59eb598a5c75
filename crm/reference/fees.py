"""The tables of fees: what Associates and Academia pay, and the lowest class that a Sector Member may choose."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import CheckConstraint, Numeric
from sqlmodel import Field

from crm.reference.categories import Category
from crm.reference.development import Development
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.units import units_field
from crm.store.columns import choice


class Fee(Fact, table=True):
    """The yearly fee of a category. A line that is silent on development or size holds where no other line fits better.

    Attributes:
        key: names the line wherever the fee shows, e.g. "associate-T-sme-developing".
        coverage: the Sectors that the fee pays for, as letters: "T", or "RTD" for all three.
        development: only for organisations of such a country.
        size: only for organisations of such a size: "sme" or "large".
        amount: Swiss francs a year.
        valid_from: the first day, and `valid_to` the first on which it no longer holds.
    """

    __tablename__ = "fee"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="order"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    key: str = Field(primary_key=True)
    category: Category = choice(Category, name="category")
    coverage: str = Field(regex="^(R|T|D|RTD)$")
    development: Development | None = choice(Development, name="development", default=None, nullable=True)
    size: str | None = Field(default=None, regex="^(sme|large)$")
    amount: Decimal = Field(sa_type=Numeric(16, 2), ge=0)
    valid_from: date
    valid_to: date | None = None
    certainty: Certainty = certainty()


class ClassMinimum(Fact, table=True):
    """The lowest class that a Sector Member may choose in a Sector.

    Attributes:
        key: names the line wherever the fee shows.
        coverage: the Sector.
        development: only for organisations of such a country.
        reduced: whether the line is open only to those who fulfil its conditions.
        units: in units of a Sector Member.
        conditions: what has to be fulfilled, in words.
        valid_from: the first day, and `valid_to` the first on which it no longer holds.
    """

    __tablename__ = "class_minimum"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="order"),
        CheckConstraint("units > 0", name="units"),
    )

    key: str = Field(primary_key=True)
    coverage: str = Field(regex="^[RTD]$")
    development: Development | None = choice(Development, name="development", default=None, nullable=True)
    reduced: bool
    units: Fraction = units_field()
    conditions: str | None = None
    valid_from: date
    valid_to: date | None = None
    certainty: Certainty = certainty()
