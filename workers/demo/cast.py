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
        "New head of standards introduced herself",
        "Invite her to the newcomers' session",
        "14d",
    ),
    Talk("note", 1, "Annual report names standards as a priority"),
    Talk("call", 10, "Invoice had gone to a former address", "Confirm the address with finance", "1d"),
    Talk("meeting", 30, "Would join a focus group if it met in the afternoon, Geneva time"),
)
"""What was talked about; each is logged with three accounts."""
