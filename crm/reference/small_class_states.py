"""Who may choose the classes of 1/8 and 1/16: least developed countries, and other States that the Council determines."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Field, Session, col, select

from crm.reference.country import CountryGroup, GroupKind
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on


class SmallClassState(Fact, table=True):
    """A Member State that may choose 1/8 or 1/16 although it is no least developed country.

    Attributes:
        country: the Member State, ISO 3166 alpha-3.
        valid_from: the first day on which it may; None when no source states it, and counts as always.
        valid_to: the first day on which it no longer may.
    """

    __tablename__ = "small_class_state"

    country: str = Field(primary_key=True, foreign_key="country.code")
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty = certainty()


def small_class_grounds(session: Session, day: date) -> Mapping[str, str]:
    """The Member States that may choose 1/8 and 1/16 on a day, each with the ground in words."""
    determined = select(SmallClassState).where(col(SmallClassState.retired_on).is_(None))
    by_council = [row.country for row in session.exec(determined) if holds_on(row, day)]
    least_developed = [row.country for row in _least_developed(session) if holds_on(row, day)]
    return {
        **dict.fromkeys(by_council, "determined by the Council"),
        **dict.fromkeys(least_developed, "least developed country"),
    }


def former_grounds(session: Session, day: date) -> Mapping[str, str]:
    """The countries that were least developed ones before a day, each with until when, and how sure that is."""
    return {
        row.country: f"a least developed country until {row.valid_to} ({row.certainty})"
        for row in _least_developed(session)
        if row.valid_to is not None and row.valid_to <= day
    }


def _least_developed(session: Session) -> Sequence[CountryGroup]:
    ldc = (CountryGroup.kind == GroupKind.LDC, col(CountryGroup.retired_on).is_(None))
    return session.exec(select(CountryGroup).where(*ldc)).all()
