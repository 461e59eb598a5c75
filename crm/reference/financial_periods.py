"""The financial periods of the Union: four calendar years for which classes of contribution are chosen."""

from datetime import date, timedelta

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.keyed import one_of


class FinancialPeriod(Fact, table=True):
    """A financial period.

    Attributes:
        name: its years, e.g. "2028-2031".
        valid_from: its first day.
        valid_to: the first day after it.
    """

    __tablename__ = "financial_period"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="order"),)

    name: str = Field(primary_key=True)
    valid_from: date
    valid_to: date
    certainty: Certainty = certainty()

    @property
    def last_on(self) -> date:
        """Its last day."""
        return self.valid_to - timedelta(days=1)


def financial_periods(session: Session) -> tuple[FinancialPeriod, ...]:
    """All financial periods on file, the earliest first."""
    query = select(FinancialPeriod).where(col(FinancialPeriod.retired_on).is_(None))
    return tuple(session.exec(query.order_by(col(FinancialPeriod.valid_from))))


def find_period(session: Session, key: str) -> FinancialPeriod:
    """The financial period that a key means, e.g. "2028-2031" or "2028".

    Raises:
        NotFound: there is none; the candidates say which there are.
    """
    known = financial_periods(session)
    return one_of(
        known, key, what="period", spellings=lambda period: [period.name, period.name.partition("-")[0]]
    )
