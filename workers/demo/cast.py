"""Who plays in the demonstration: our own staff, and what they have talked about with whom."""

from dataclasses import dataclass

_TITLE = "Account manager (demonstration)"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff, made up like everybody here; the title says so under every letter."""

    name: str
    email: str
    office: str
    time_zone: str
    title: str = _TITLE


@dataclass(frozen=True, slots=True)
class Talk:
    """What was talked about with an account.

    Attributes:
        days_ago: when it was; an account met lately is left in peace by campaigns.
        next: the next step, if there is one; due in `due`.
    """

    kind: str
    days_ago: int
    summary: str
    next: str | None = None
    due: str | None = None


DANA = Colleague("Dana Novak", "dana.novak@accord.example", "BDT", "Europe/Zurich")
LUCIA = Colleague("Lucía Fernández", "lucia.fernandez@accord.example", "TSB", "Europe/Zurich")
KARIM = Colleague("Karim Haddad", "karim.haddad@accord.example", "RO-ARB", "Africa/Cairo")
INGRID = Colleague("Ingrid Sørensen", "ingrid.sorensen@accord.example", "BR", "Europe/Zurich")
STAFF = (DANA, LUCIA, KARIM, INGRID)

BY_SECTOR = {"T": LUCIA, "R": INGRID, "D": DANA}
"""Who keeps the accounts of a Sector; those with a contact who writes Arabic are Karim's."""

TALKS = (
    Talk(
        "meeting",
        3,
        "Met at the partners' forum; wants a second study group",
        "Send the list of groups",
        "5d",
    ),
    Talk("call", 90, "Asked how a rapporteur is chosen", "Introduce the study group counsellor", "2d"),
    Talk("event", 45, "Spoke on our panel about direct-to-device services"),
    Talk("email", 6, "Sent comments on the draft work programme", "Pass them on to the secretariat", "3d"),
    Talk(
        "meeting",
        120,
        "The new head of standards introduced herself",
        "Invite her to the newcomers' day",
        "14d",
    ),
    Talk("note", 1, "The annual report names standards as a priority"),
    Talk("call", 10, "The invoice had gone to a former address", "Confirm the address with finance", "1d"),
    Talk("meeting", 30, "Would join a focus group if it met in the afternoon", "Ask the chair", "4d"),
    Talk("call", 60, "Wants to know what a Sector Member may vote on", "Send the rights table", "6d"),
    Talk("email", 75, "Offered to host a workshop", "Ask the regional office for a date", "7d"),
    Talk("event", 20, "Joined the briefing for industry"),
    Talk("meeting", 150, "Considers a fellowship for two engineers", "Send the call for applications", "10d"),
)
"""What was talked about; each is logged with two accounts."""
