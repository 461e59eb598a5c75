"""For how many days an application may wait for each party before it is stuck: data, because no source says so."""

from collections.abc import Mapping

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty


class ApplicationPatience(Fact, table=True):
    """For how long an application may wait for somebody.

    Attributes:
        party: who must act, e.g. "administration".
        days: after more than so many days it is stuck.
    """

    __tablename__ = "application_patience"

    party: str = Field(primary_key=True)
    days: int = Field(ge=0)
    certainty: Certainty = certainty()


def application_patience(session: Session) -> Mapping[str, int]:
    """The days for each party; one without a line is waited for without end."""
    current = select(ApplicationPatience).where(col(ApplicationPatience.retired_on).is_(None))
    return {row.party: row.days for row in session.exec(current)}
