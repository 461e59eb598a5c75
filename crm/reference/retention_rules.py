"""How long what is kept: rules as data, with their sources."""

from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.store.columns import choice


class RetentionAction(StrEnum):
    """What happens to what has been kept for long enough.

    Attributes:
        BLANK: its words go; that it happened stays on record.
        REMOVE: the row goes.
        ERASE: the person is erased, as if they had asked for it.
    """

    BLANK = "blank"
    REMOVE = "remove"
    ERASE = "erase"


class RetentionRule(Fact, table=True):
    """How long one kind of thing is kept.

    Attributes:
        slug: what it is about, e.g. "answers_raw".
        position: its place in lists.
        name: the same, in words.
        keep_days: how many days it is kept.
        counted_from: from when on they are counted, in words.
        automatic: whether the daily job applies the rule; else it only says what is due.
    """

    __tablename__ = "retention_rule"

    slug: str = Field(primary_key=True)
    position: int
    name: str
    keep_days: int = Field(ge=1)
    counted_from: str
    action: RetentionAction = choice(RetentionAction, name="action")
    automatic: bool = False
    certainty: Certainty = certainty()


def retention_rules(session: Session) -> list[RetentionRule]:
    """The rules in force, in their order."""
    query = select(RetentionRule).where(col(RetentionRule.retired_on).is_(None))
    return list(session.exec(query.order_by(col(RetentionRule.position))))
