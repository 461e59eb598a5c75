"""The facts of a clearance: who asks, and what is on record that may stand against getting in touch. Plain values."""

from dataclasses import dataclass
from datetime import date

from crm.reference.clearance_rule import ClearanceReason, Purpose


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, what for, and for which day.

    Attributes:
        office: the code of the office that asks; None: of no office, so that every office is another one.
    """

    office: str | None
    purpose: Purpose
    on: date


@dataclass(frozen=True, slots=True)
class Subject:
    """The account that is asked about.

    Attributes:
        group_id: the head of its corporate group, itself where it has none.
    """

    id: int
    name: str
    group_id: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Something on record that may stand against getting in touch; whether it does is for the rules to say.

    Attributes:
        subject: the account on whose file it stands.
        office: whose doing it is; None where that is not on record.
        on: since when it stands, or when it happened.
        detail: the particulars.
        refers_to: the record, as the trail names it: "reservation:4711".
    """

    reason: ClearanceReason
    subject: Subject
    office: str | None
    on: date | None
    detail: str
    refers_to: str


@dataclass(frozen=True, slots=True)
class Override:
    """A colleague's decision that some reasons shall not hold an office back for a time.

    Attributes:
        reasons: those that held it back when this was decided; one that comes later is not meant.
    """

    organization_id: int
    office: str
    reasons: frozenset[ClearanceReason]
    by: str
    because: str
    since_on: date
    until_on: date
