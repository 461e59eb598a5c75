"""Which countries count as developed where a fee depends on it; every other is a developing country."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty, least_sure
from crm.reference.spans import holds_on


class Development(StrEnum):
    """The development status of a country, as fees distinguish it; a least developed country is a developing one."""

    DEVELOPED = "developed"
    DEVELOPING = "developing"


class DevelopedCountry(Fact, table=True):
    """A country or territory that counts as developed.

    Attributes:
        country: ISO 3166 alpha-3.
        valid_from: the first day; None where no source states it; `valid_to` is the first day on which it no longer does.
    """

    __tablename__ = "developed_country"

    country: str = Field(primary_key=True, foreign_key="country.code")
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty = certainty()


def developed_on(session: Session, on: date) -> frozenset[str]:
    """The countries and territories that count as developed on a day, by code."""
    stated = select(DevelopedCountry).where(col(DevelopedCountry.retired_on).is_(None))
    return frozenset(row.country for row in session.exec(stated) if holds_on(row, on))


def certainty_of_statuses(session: Session) -> Certainty:
    """How sure it is who counts as developed and who, not being on the list, as developing."""
    stated = select(DevelopedCountry).where(col(DevelopedCountry.retired_on).is_(None))
    return least_sure([row.certainty for row in session.exec(stated)] or [Certainty.UNVERIFIED])


def status_of(country: str | None, developed: frozenset[str]) -> Development:
    """The status of a country; where it is not known, no reduction is given for it."""
    return Development.DEVELOPED if country is None or country in developed else Development.DEVELOPING
