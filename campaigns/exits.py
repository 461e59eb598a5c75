"""Why an account leaves its journey before the end: looked at before each step, the most telling reason first.

A campaign names which of the first four apply to it. The others apply to every campaign: without somebody who may be
written to there is no journey.
"""

from enum import StrEnum

from crm.consent.bases import Purpose
from crm.insight.candidate import Candidate, Contact
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.runs.moves import Waiting

_NEVER_LEFT = frozenset({MessageStatus.STOPPED, MessageStatus.FAILED})


class Leave(StrEnum):
    """Why an account leaves its journey before the end."""

    GOAL_REACHED = "goal_reached"
    ANSWERED = "answered"
    MEMBERSHIP_ENDED = "membership_ended"
    STANDING = "standing"
    CONTACT_LEFT = "contact_left"
    SUPPRESSED = "suppressed"
    LETTER_NOT_SENT = "letter_not_sent"
    NOBODY_ELSE = "nobody_else"
    COMPLAINING = "complaining"
    QUIET_PERIOD = "quiet_period"
    CLEARANCE_HOLD = "clearance_hold"

    @property
    def words(self) -> str:
        """The reason in words, as the rest of a sentence."""
        return left_because(self.value)


CHOSEN = (Leave.GOAL_REACHED, Leave.ANSWERED, Leave.MEMBERSHIP_ENDED, Leave.STANDING)
"""The exits that a campaign may do without."""

_WORDS = {
    Leave.GOAL_REACHED: "the goal is reached",
    Leave.ANSWERED: "somebody there answered",
    Leave.MEMBERSHIP_ENDED: "the membership it was enrolled with has ended",
    Leave.STANDING: "no longer in good standing",
    Leave.CONTACT_LEFT: "the contact has left",
    Leave.SUPPRESSED: "the contact must not be written to",
    Leave.LETTER_NOT_SENT: "a letter could not be sent",
    Leave.NOBODY_ELSE: "nobody senior to go on with",
    Leave.COMPLAINING: "a complaint of theirs is open",
    Leave.QUIET_PERIOD: "others were in touch for as long as a letter can wait",
    Leave.CLEARANCE_HOLD: "its clearance said to hold for as long as a letter can wait",
    # What the book itself notes when something comes back or a run is cancelled.
    "bounced": "the address does not exist",
    "undeliverable": "a letter could not be delivered",
    "unsubscribed": "asked for no more letters",
    "complained": "complained about a letter",
    "cancelled": "the run was cancelled",
    # What runs noted before goals had names.
    "upgraded": "has upgraded",
}


def left_because(reason: str) -> str:
    """Why an account left its journey, in words; a reason that nobody knows any more stands as it was kept."""
    return _WORDS.get(reason, reason.replace("_", " "))


def contact_of(waiting: Waiting, account: Candidate | None) -> Contact | None:
    """Whom the letters go to, if they are still there."""
    contacts = account.contacts if account else ()
    return next((contact for contact in contacts if contact.person_id == waiting.person_id), None)


def leaving(
    waiting: Waiting,
    account: Candidate | None,
    exits: tuple[Leave, ...] = CHOSEN,
    *,
    about: Purpose = Purpose.CAMPAIGNS,
) -> Leave | None:
    """Why an account leaves its journey now; None: it goes on.

    Args:
        waiting: where it stands and which steps it has taken.
        account: the account as it is now.
        exits: those of the campaign.
        about: the purpose of its letters.
    """
    contact = contact_of(waiting, account)
    grounds = (
        (Leave.GOAL_REACHED, waiting.goal_reached),
        (Leave.ANSWERED, waiting.answered),
        (Leave.MEMBERSHIP_ENDED, waiting.coverage not in (None, account and account.coverage)),
        (Leave.STANDING, account is not None and not account.in_good_standing),
        (Leave.CONTACT_LEFT, contact is None),
        (Leave.SUPPRESSED, contact is not None and contact.refuses(about)),
        (Leave.COMPLAINING, waiting.complaining),
        (Leave.LETTER_NOT_SENT, any(step.letter in _NEVER_LEFT for step in waiting.done.values())),
    )
    return next(
        (reason for reason, applies in grounds if applies and (reason in exits or reason not in CHOSEN)), None
    )
