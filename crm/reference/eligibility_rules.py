"""What is looked at when somebody applies for membership: each rule can be taken out of its file, and says its source."""

from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.store.columns import choice


class EligibilityReason(StrEnum):
    """What may speak against an application.

    Attributes:
        NO_LEGAL_ENTITY: nothing on file shows that the applicant is a legal entity.
        NO_STUDY_GROUP: an Associate has not selected its study group yet.
        NO_SUCH_GROUP: the study group that an Associate has selected does not exist on the day of the application.
        SMALL_ENTERPRISE: a small or medium-sized enterprise wants more than to be an Associate.
        NO_ACADEMIA: it applies as Academia and is neither a university nor a research institute.
        REDUCED_CLASS: the class is below the lowest one that is open without further conditions.
        ELSEWHERE: the administration that is to approve is not that of the State where the applicant is based.
    """

    NO_LEGAL_ENTITY = "no_legal_entity"
    NO_STUDY_GROUP = "no_study_group"
    NO_SUCH_GROUP = "no_such_group"
    SMALL_ENTERPRISE = "small_enterprise"
    NO_ACADEMIA = "no_academia"
    REDUCED_CLASS = "reduced_class"
    ELSEWHERE = "elsewhere"


class EligibilityRule(Fact, table=True):
    """A rule that is looked at when somebody applies. A reason without a line is not looked at.

    Attributes:
        reason: what may speak against the application.
        words: the same in a sentence, for whoever enters it.
    """

    __tablename__ = "eligibility_rule"

    reason: EligibilityReason = choice(EligibilityReason, name="reason", primary_key=True)
    words: str = Field(min_length=1)
    certainty: Certainty = certainty()


def eligibility_rules(session: Session) -> tuple[EligibilityRule, ...]:
    """The rules in force."""
    current = select(EligibilityRule).where(col(EligibilityRule.retired_on).is_(None))
    return tuple(session.exec(current.order_by(col(EligibilityRule.reason))))
