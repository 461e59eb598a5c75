"""What a campaign wants of an account."""

from enum import StrEnum


class Goal(StrEnum):
    """What a campaign wants of an account."""

    UPGRADED = "upgraded"
    FURTHER_SECTOR = "further_sector"
    MEMBERSHIP = "membership"
    STATE_HAS_MEMBER = "state_has_member"
    ANSWERED = "answered"

    @property
    def words(self) -> str:
        """What an account has done that has reached it, as the rest of a sentence, e.g. "become a member"."""
        return _WORDS[self]

    @property
    def column(self) -> str:
        """The same as the head of a column."""
        return _COLUMNS[self]


_WORDS = {
    Goal.UPGRADED: "upgraded",
    Goal.FURTHER_SECTOR: "become a Sector Member of a further Sector",
    Goal.MEMBERSHIP: "become a member",
    Goal.STATE_HAS_MEMBER: "seen a new Sector Member in its State",
    Goal.ANSWERED: "answered",
}
_COLUMNS = {
    Goal.UPGRADED: "Upgraded",
    Goal.FURTHER_SECTOR: "Joined a further Sector",
    Goal.MEMBERSHIP: "Joined",
    Goal.STATE_HAS_MEMBER: "New Sector Member in the State",
    Goal.ANSWERED: "Answered",
}
