"""What makes one need of an account more urgent than another: weights that can be changed without a change of code."""

from collections.abc import Mapping

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty


class AttentionWeight(Fact, table=True):
    """How much a reason to see an account weighs.

    Attributes:
        reason: the reason, e.g. "overdue".
        base: what it weighs on the day on which it arises.
        per_day: what each further day adds.
        most: what it weighs at the most.
    """

    __tablename__ = "attention_weight"

    reason: str = Field(primary_key=True)
    base: int = Field(ge=0)
    per_day: int = Field(ge=0)
    most: int = Field(ge=0)
    certainty: Certainty = certainty()


def attention_weights(session: Session) -> Mapping[str, AttentionWeight]:
    """The weights in use, by reason."""
    current = select(AttentionWeight).where(col(AttentionWeight.retired_on).is_(None))
    return {weight.reason: weight for weight in session.exec(current)}
