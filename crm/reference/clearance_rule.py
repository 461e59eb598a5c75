"""What a clearance asks about, and the rules that say what each answer means: one line for each reason and purpose."""

from enum import StrEnum

from sqlmodel import Field, Session, col, select

from crm.errors import NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.store.columns import choice


class Purpose(StrEnum):
    """What somebody wants of an account: to include it in a campaign, or to get in touch themselves."""

    CAMPAIGN = "campaign"
    CONTACT = "contact"


class Verdict(StrEnum):
    """What a clearance comes to.

    Attributes:
        CLEAR: nothing stands against it.
        CAUTION: go ahead, knowing what is said.
        HOLD: not now.
    """

    CLEAR = "clear"
    CAUTION = "caution"
    HOLD = "hold"

    @property
    def weight(self) -> int:
        """How much it weighs: the heaviest of several decides."""
        return _WEIGHT[self]


_WEIGHT = {verdict: number for number, verdict in enumerate(Verdict)}


class ClearanceReason(StrEnum):
    """What may stand against getting in touch with an account, the weightiest first.

    Attributes:
        SUPPRESSED: none of its contacts may be written to.
        COMPLAINT: it, or one of its people, has complained, and nobody has settled it.
        PROTOCOL: it is the administration of a State.
        RESERVED: another office keeps it for itself.
        OPEN_ASK: another office has asked it for something and has no answer yet.
        PROMISE: another office has agreed on a next step with it.
        RECENT_CONTACT: another office was in touch with it not long ago: a meeting, a call, a letter, an event.
        IN_CAMPAIGN: a campaign is writing to its corporate group.
        RETENTION: it does not pay, is suspended, or is leaving.
    """

    SUPPRESSED = "suppressed"
    COMPLAINT = "complaint"
    PROTOCOL = "protocol"
    RESERVED = "reserved"
    OPEN_ASK = "open_ask"
    PROMISE = "promise"
    RECENT_CONTACT = "recent_contact"
    IN_CAMPAIGN = "in_campaign"
    RETENTION = "retention"

    @property
    def of_another_office(self) -> bool:
        """Whether it stands only against others than the office whose doing it is."""
        return self in _OF_ANOTHER_OFFICE


_OF_ANOTHER_OFFICE = {
    ClearanceReason.RESERVED,
    ClearanceReason.OPEN_ASK,
    ClearanceReason.PROMISE,
    ClearanceReason.RECENT_CONTACT,
}


class Reach(StrEnum):
    """How far a reason reaches: the account on whose file it stands, or its whole corporate group."""

    ACCOUNT = "account"
    GROUP = "group"


class ClearanceRule(Fact, table=True):
    """What a reason means for a purpose. A reason without a line for a purpose does not count for it.

    Attributes:
        reason: what stands against it.
        purpose: for whom the line is meant.
        verdict: what it comes to.
        days: for how many days it counts; empty: as long as it stands.
        reach: whether what stands on the file of one account counts for its corporate group.
        overridable: whether a colleague may override a hold for it.
    """

    __tablename__ = "clearance_rule"

    reason: ClearanceReason = choice(ClearanceReason, name="reason", primary_key=True)
    purpose: Purpose = choice(Purpose, name="purpose", primary_key=True)
    verdict: Verdict = choice(Verdict, name="verdict")
    days: int | None = Field(default=None, ge=1)
    reach: Reach = choice(Reach, name="reach")
    overridable: bool
    certainty: Certainty = certainty()


def clearance_rules(session: Session) -> tuple[ClearanceRule, ...]:
    """The rules in force.

    Raises:
        NotFound: there are none; without them everything would seem to be clear.
    """
    rules = session.exec(select(ClearanceRule).where(col(ClearanceRule.retired_on).is_(None))).all()
    if not rules:
        raise NotFound(
            "There are no rules for a clearance.", field="rules", hint="Load them: book.reference.load()."
        )
    return tuple(rules)
