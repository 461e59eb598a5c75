"""One need of an account: why somebody must see it, in words, and how urgent it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.shown import Shown


class NeedReason(StrEnum):
    """Why an account needs somebody.

    Attributes:
        OVERDUE: a next step whose day has passed.
        DUE: a next step for the day itself.
        UNANSWERED: they came to us, and nobody has come back to them.
        COLD: no touch for more than the most days of its tier: we are losing it.
        GOING_COLD: no touch for more than the ideal days of its tier.
        WORSE_STANDING: it stands worse than it did, since a few weeks.
        ENDING: its membership was denounced and has not ended yet.
        NEW_PERSON: a focal point or somebody in a senior role has begun there.
        DRAFT: a letter waits for the approval of its author.
        HALTED: a campaign has paused itself, or letters of it wait for a decision of its author.
        UNDECIDED: a letter by hand is held, or in doubt, and waits for a decision of its author.
        APPLICATION: its application for membership waits: for us, or for somebody else for longer than is usual.
        VOTE: the Member State has lost its vote by arrears, or will lose it soon.
    """

    OVERDUE = "overdue"
    DUE = "due"
    UNANSWERED = "unanswered"
    COLD = "cold"
    GOING_COLD = "going_cold"
    WORSE_STANDING = "worse_standing"
    ENDING = "ending"
    NEW_PERSON = "new_person"
    DRAFT = "draft"
    HALTED = "halted"
    UNDECIDED = "undecided"
    APPLICATION = "application"
    VOTE = "vote"


GROUPS: Mapping[str, frozenset[NeedReason]] = {
    "Overdue": frozenset({NeedReason.OVERDUE}),
    "Today": frozenset({NeedReason.DUE}),
    "Waiting for an answer": frozenset({NeedReason.UNANSWERED}),
    "Letters to approve": frozenset({NeedReason.DRAFT}),
    "Mail that goes no further": frozenset({NeedReason.HALTED, NeedReason.UNDECIDED}),
    "Applications": frozenset({NeedReason.APPLICATION}),
    "Votes of Member States": frozenset({NeedReason.VOTE}),
    "Changes": frozenset({NeedReason.WORSE_STANDING, NeedReason.ENDING, NeedReason.NEW_PERSON}),
    "Going cold": frozenset({NeedReason.COLD, NeedReason.GOING_COLD}),
}
"""What stands together in a list of the day, in the order in which it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What is on record that makes a need, before it is weighed.

    Attributes:
        organization_id: the account.
        owner_id: whose it is to see to.
        reason: why.
        words: the same in a sentence.
        refers_to: the record, as the trail names it.
        since_on: since when it has been so.
        due_on: by when something was, or is, to be done.
        about: the interaction that it is about, if it is: what concerns one and the same is shown once.
    """

    organization_id: int
    owner_id: int | None
    reason: NeedReason
    words: str
    refers_to: str
    since_on: date | None = None
    due_on: date | None = None
    about: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Shown):
    """Why an account must be seen.

    Attributes:
        organization: the account.
        reason: why, as a word for programs.
        words: why, as a sentence for people.
        weight: how urgent it is; the larger, the sooner.
        refers_to: the record, as the trail names it: "follow_up:4711".
        since_on: since when it has been so.
        due_on: by when something was, or is, to be done.
        owner: whose it is to see to; None where it is nobody's.
        stands_in: whether a deputy is shown it while its owner is away.
    """

    organization: Organization
    reason: NeedReason
    words: str
    weight: int
    refers_to: str
    since_on: date | None
    due_on: date | None
    owner: Staff | None
    stands_in: bool = False

    @property
    def sentence(self) -> str:
        """The words, with the colleague for whom a deputy does it: "… for Dana Novak"."""
        return f"{self.words} (for {self.owner.name})" if self.stands_in and self.owner else self.words

    def __str__(self) -> str:
        return f"{self.organization.name}: {self.sentence}"


def in_days(days: int) -> str:
    """A number of days as a sentence says it."""
    return "1 day" if days == 1 else f"{days} days"
