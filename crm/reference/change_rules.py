"""What goes for a change of membership: who approves it, when it takes effect, what is given back; each with its source."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.store.columns import choice


class MembershipChange(StrEnum):
    """A change that a member can be offered."""

    UPGRADE = "upgrade"
    FURTHER_SECTOR = "further_sector"
    CLASS_CHANGE = "class_change"
    DOWNGRADE = "downgrade"


class ChangeSubject(StrEnum):
    """What a rule of changes is about.

    Attributes:
        APPROVAL: whether somebody has to approve it.
        EFFECT: when it takes effect.
        CREDIT: what becomes of what was invoiced for the months that are left.
    """

    APPROVAL = "approval"
    EFFECT = "effect"
    CREDIT = "credit"


class ApprovalNeed(StrEnum):
    """Whether a change has to be approved.

    Attributes:
        UNSTATED: no source that was read says whether it has.
    """

    REQUIRED = "required"
    UNSTATED = "unstated"
    NONE = "none"


class ChangeRule(Fact, table=True):
    """What goes for a kind of change.

    Attributes:
        approval: of a rule on approval, whether it is needed; empty for the others.
        words: the rule in a sentence.
    """

    __tablename__ = "change_rule"
    __table_args__ = (
        CheckConstraint("(subject = 'approval') = (approval IS NOT NULL)", name="approval_stated"),
    )

    change: MembershipChange = choice(MembershipChange, name="change", primary_key=True)
    subject: ChangeSubject = choice(ChangeSubject, name="subject", primary_key=True)
    approval: ApprovalNeed | None = choice(ApprovalNeed, name="approval", default=None, nullable=True)
    words: str = Field(min_length=1)
    certainty: Certainty = certainty()


def change_rules(session: Session, change: MembershipChange) -> Mapping[ChangeSubject, ChangeRule]:
    """The rules that go for a kind of change, by what they are about."""
    current = select(ChangeRule).where(ChangeRule.change == change, col(ChangeRule.retired_on).is_(None))
    return {rule.subject: rule for rule in session.exec(current.order_by(col(ChangeRule.subject)))}
