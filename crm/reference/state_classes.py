"""What Member States have paid: their classes of contribution as far as published figures show them."""

from datetime import date
from fractions import Fraction

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.units import units_field


class StateClass(Fact, table=True):
    """The class of contribution of a Member State from a day on. Derived from money, and so never official.

    Attributes:
        country: the Member State, ISO 3166 alpha-3.
        effective_on: the first day from which the class is known.
        units: the class.
    """

    __tablename__ = "state_class"
    __table_args__ = (CheckConstraint("units > 0", name="units"),)

    country: str = Field(primary_key=True, foreign_key="country.code")
    effective_on: date = Field(primary_key=True)
    units: Fraction = units_field()
    certainty: Certainty = certainty()
