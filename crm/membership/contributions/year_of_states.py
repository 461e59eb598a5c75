"""What Member States are to contribute for a year: one answer, for their assessment and for the forecast of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlmodel import Session, col

from crm.membership.contributions.class_history import ContributionLine, lines_of_year
from crm.membership.contributions.contribution_facts import histories
from crm.membership.dues.balance import ZERO
from crm.reference.contributory_units import ContributoryUnit, Payer, unit_on
from crm.reference.countries import is_member_state
from crm.reference.country import Country


@dataclass(frozen=True, slots=True)
class YearOfStates:
    """The contributions of a year.

    Attributes:
        unit: what one unit costs in it.
        lines: what each Member State is to contribute, by its code, a line for each class.
        without_class: the Member States of which no class is known in the year, by code.
    """

    unit: ContributoryUnit
    lines: Mapping[str, tuple[ContributionLine, ...]]
    without_class: tuple[str, ...]

    @property
    def units(self) -> Fraction:
        """What the classes of all of them come to, by whole months."""
        parts = (line.units * line.months / 12 for lines in self.lines.values() for line in lines)
        return sum(parts, Fraction(0))

    @property
    def due(self) -> Decimal:
        """What all of them are to contribute, in CHF."""
        return sum((line.amount for lines in self.lines.values() for line in lines), ZERO)


def year_of_states(session: Session, year: int) -> YearOfStates:
    """The contributions of a year, whether or not they were invoiced.

    Raises:
        NotFound: no unit is on file for the year.
    """
    unit = unit_on(session, Payer.MEMBER_STATE, date(year, 1, 1))
    states = session.scalars(select(col(Country.code)).where(is_member_state()).order_by(col(Country.code)))
    known = histories(session)
    lines = {state: lines_of_year(known.get(state, ()), year, unit.amount) for state in states}
    return YearOfStates(
        unit,
        {state: found for state, found in lines.items() if found},
        tuple(state for state, found in lines.items() if not found),
    )
