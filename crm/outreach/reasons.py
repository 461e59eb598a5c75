"""Why an account stands in a run as it does: left out or held back, or gone from its journey before the end."""

from enum import StrEnum

from crm.membership.contract.standing import Standing


class Reason(StrEnum):
    """Why an account is left out of a run, or why its next letter is held back."""

    STANDING_UNKNOWN = "standing_unknown"
    ON_PLAN = "on_plan"
    ARREARS = "arrears"
    SUSPENDED = "suspended"
    CANCELLING = "cancelling"
    EXEMPT = "exempt"
    APPLICATION_PENDING = "application_pending"
    NO_SIGNAL = "no_signal"
    NOT_YET = "not_yet"
    QUIET_PERIOD = "quiet_period"
    OTHER_CAMPAIGN = "other_campaign"
    NO_CONTACT = "no_contact"
    SUPPRESSED = "suppressed"
    NO_PERMISSION = "no_permission"
    FREQUENCY_CAP = "frequency_cap"
    ADDRESS_NOT_OF_ACCOUNT = "address_not_of_account"
    NO_LETTER_IN_LANGUAGE = "no_letter_in_language"
    CLEARANCE_HOLD = "clearance_hold"
    GROUP_ENROLLED = "group_enrolled"
    PERSON_ENROLLED = "person_enrolled"
    RUN_CANCELLED = "cancelled"
    TAKEN_OVER = "taken_over"

    @property
    def words(self) -> str:
        """The reason in words that a campaign officer would use."""
        return _REASONS[self]


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
    BOUNCED = "bounced"
    UNDELIVERABLE = "undeliverable"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    ASKED = "asked"
    ERASED = "erased"
    RUN_CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """The reason in words, as the rest of a sentence."""
        return _LEAVES[self]


BY_STANDING = {
    Standing.ON_PLAN: Reason.ON_PLAN,
    Standing.ARREARS: Reason.ARREARS,
    Standing.SUSPENDED: Reason.SUSPENDED,
    Standing.CANCELLING: Reason.CANCELLING,
    Standing.EXEMPT: Reason.EXEMPT,
    Standing.APPLICATION_PENDING: Reason.APPLICATION_PENDING,
}
"""The reasons that are a standing other than a good one."""

AFTER_WAITING = frozenset({Reason.RUN_CANCELLED, Reason.TAKEN_OVER})
"""What keeps out only those who awaited an approval; no preview can say it."""

_REASONS = {reason: standing.words for standing, reason in BY_STANDING.items()} | {
    Reason.STANDING_UNKNOWN: "nobody has said how it stands",
    Reason.NO_SIGNAL: "nothing speaks for writing to it",
    Reason.NOT_YET: "something must happen first",
    Reason.QUIET_PERIOD: "contacted inside the quiet period",
    Reason.OTHER_CAMPAIGN: "another campaign is busy with its corporate group",
    Reason.NO_CONTACT: "no contact with an e-mail address",
    Reason.SUPPRESSED: "its contact must not be written to",
    Reason.NO_PERMISSION: "no ground on which to write to its contact",
    Reason.FREQUENCY_CAP: "its contact had a letter of a campaign just now",
    Reason.ADDRESS_NOT_OF_ACCOUNT: "its contact's address does not look like one of its own",
    Reason.NO_LETTER_IN_LANGUAGE: "no letter in the contact's language",
    Reason.CLEARANCE_HOLD: "its clearance says to hold",
    Reason.GROUP_ENROLLED: "another account of its corporate group is enrolled",
    Reason.PERSON_ENROLLED: "its contact is written to for another account",
    Reason.RUN_CANCELLED: "the run was cancelled",
    Reason.TAKEN_OVER: "another version took over before it was let in",
}
_LEAVES = {
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
    Leave.BOUNCED: "the address does not exist",
    Leave.UNDELIVERABLE: "a letter could not be delivered",
    Leave.UNSUBSCRIBED: "asked for no more letters",
    Leave.COMPLAINED: "complained about a letter",
    Leave.ASKED: "asked us not to write",
    Leave.ERASED: "the contact was erased",
    Leave.RUN_CANCELLED: "the run was cancelled",
}
