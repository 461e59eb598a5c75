"""What a reason counts for or against asking a member for more: points that can be changed without a change of code."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.opportunity_stages import OpportunityKind
from crm.store.columns import choice


class PotentialWeight(Fact, table=True):
    """How many points a reason adds to what could be asked of a member, or takes away.

    Attributes:
        kind: what could be asked: an upgrade or a further Sector.
        reason: the reason, e.g. "second_study_group".
        points: what it adds; less than nothing where it speaks against.
        holds: whether nobody should ask as long as it stands.
    """

    __tablename__ = "potential_weight"

    kind: OpportunityKind = choice(OpportunityKind, name="kind", primary_key=True)
    reason: str = Field(primary_key=True, regex="^[a-z_]+$")
    points: int
    holds: bool
    certainty: Certainty = certainty()


class Weight(NamedTuple):
    """What a reason counts for, and whether nobody should ask as long as it stands."""

    points: int
    holds: bool


Weights = Mapping[tuple[OpportunityKind, str], Weight]
"""The weights in use, by what could be asked and reason."""


def potential_weights(session: Session) -> Weights:
    """The weights in use."""
    current = select(PotentialWeight).where(col(PotentialWeight.retired_on).is_(None))
    return {(row.kind, row.reason): Weight(row.points, row.holds) for row in session.exec(current)}
