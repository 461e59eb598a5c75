"""The scale of contributions: from which classes a Member State may choose, and which of them are reserved."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.errors import NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on
from crm.reference.units import units_field
from crm.shown import Shown


class ContributionClass(Fact, table=True):
    """A class of a scale (Convention No. 468 and following).

    Attributes:
        scale: the key of its scale, e.g. "steps_of_one".
        units: how many units it is.
        open_above: whether any whole number of units above it may be chosen as well.
        reserved: whether only least developed countries, and other States that the Council determines, may choose it.
        valid_from: the first day on which the scale holds; None when no source states it.
        valid_to: the first day on which it no longer does.
    """

    __tablename__ = "contribution_class"
    __table_args__ = (CheckConstraint("units > 0", name="units"),)

    scale: str = Field(primary_key=True)
    units: Fraction = units_field(primary_key=True)
    open_above: bool
    reserved: bool
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty = certainty()


@dataclass(frozen=True, slots=True)
class Scale(Shown):
    """The classes of a day; a value without a database.

    Attributes:
        classes: the units of each class, the highest first.
        reserved: those that only least developed countries and States determined by the Council may choose.
        open_above: the class above which any whole number of units may be chosen; None where the scale ends.
    """

    classes: tuple[Fraction, ...]
    reserved: frozenset[Fraction] = frozenset()
    open_above: Fraction | None = None

    def holds(self, units: Fraction) -> bool:
        """Whether so many units are a class."""
        return units in self.classes or (self._is_above(units) and units.denominator == 1)

    def at_or_below(self, units: Fraction) -> Fraction:
        """The highest class of so many units or fewer; the lowest class where all are higher."""
        if self._is_above(units):
            return Fraction(int(units))
        return next((each for each in self.classes if each <= units), self.classes[-1])

    def below(self, units: Fraction) -> Fraction:
        """The next lower class; the lowest class where none is lower."""
        if self._is_above(units):
            return Fraction(-(-units // 1) - 1)
        return next((each for each in self.classes if each < units), self.classes[-1])

    def above(self, units: Fraction) -> Fraction:
        """The next higher class; the highest class where the scale ends with it."""
        higher = [each for each in self.classes if each > units]
        if higher:
            return higher[-1]
        return Fraction(units // 1 + 1) if self.open_above is not None else self.classes[0]

    def _is_above(self, units: Fraction) -> bool:
        return self.open_above is not None and units > self.open_above


def scale_on(session: Session, day: date) -> Scale:
    """The scale of contributions on a day.

    Raises:
        NotFound: no scale is on file for that day.
    """
    current = select(ContributionClass).where(col(ContributionClass.retired_on).is_(None))
    in_order = current.order_by(col(ContributionClass.units).desc())
    rows = [row for row in session.exec(in_order) if holds_on(row, day)]
    if not rows:
        raise NotFound(
            f"There is no scale of contributions for {day}.",
            field="on",
            value=day,
            hint="Load the reference data.",
        )
    return Scale(
        classes=tuple(row.units for row in rows),
        reserved=frozenset(row.units for row in rows if row.reserved),
        open_above=next((row.units for row in rows if row.open_above), None),
    )
