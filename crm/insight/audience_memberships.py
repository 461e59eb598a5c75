"""What a rule can ask of the memberships of an account, one clause each."""

from datetime import date
from typing import Literal

from pydantic import Field

from crm.insight.audience_clause import Clause, Days, either
from crm.membership.terms import EventKind
from crm.reference.categories import Category

SectorLetter = Literal["R", "T", "D"]
Ending = Literal[EventKind.DENUNCIATION, EventKind.EXCLUSION]
_MEMBER = {
    None: ("a member", "a membership"),
    Category.SECTOR_MEMBER: ("a Sector Member", "a membership as Sector Member"),
    Category.ASSOCIATE: ("an Associate", "an Associate membership"),
    Category.ACADEMIA: ("Academia", "an Academia membership"),
}


class OfTerms(Clause):
    """A clause that asks for a running membership, and so is about it.

    Attributes:
        category: only one of this category.
        sector: only one that covers this Sector; Academia covers all three.
    """

    category: Category | None = None
    sector: SectorLetter | None = None

    def _membership(self) -> str:
        return f"{_MEMBER[self.category][1]}{_of(self.sector)}"


class IsMember(OfTerms):
    """The account holds a running membership.

    Attributes:
        since: only one that began on this day or later.
        until: only one that began on this day or earlier.
    """

    rule: Literal["is_member"] = "is_member"
    since: date | None = None
    until: date | None = None

    @property
    def words(self) -> str:
        """E.g. "is an Associate of ITU-T"."""
        days = (("or later", self.since), ("or earlier", self.until))
        dated = " and".join(f" since {day:%-d %B %Y} {which}" for which, day in days if day)
        return f"is {_MEMBER[self.category][0]}{_of(self.sector)}{dated}"


class IsNotMember(Clause):
    """The account holds no running membership.

    Attributes:
        sector: none that covers this Sector; none at all where no Sector is given.
    """

    rule: Literal["is_not_member"] = "is_not_member"
    sector: SectorLetter | None = None

    @property
    def words(self) -> str:
        """E.g. "is no member of ITU-T"."""
        return f"is no member{_of(self.sector)}"

    @property
    def denied(self) -> str:
        """E.g. "is a member of ITU-T"."""
        return f"is a member{_of(self.sector)}"


class FormerMember(Clause):
    """The account was a member, and holds no running membership any more.

    Attributes:
        ended_by: only where a membership ended so: by its own denunciation, or by exclusion.
        within_days: only where it ended lately.
    """

    rule: Literal["former_member"] = "former_member"
    ended_by: tuple[Ending, ...] = Field(
        default=(EventKind.DENUNCIATION, EventKind.EXCLUSION), min_length=1, max_length=2
    )
    within_days: Days | None = None

    @property
    def words(self) -> str:
        """E.g. "is a former member by denunciation within the last 365 days"."""
        lately = "" if self.within_days is None else f" within the last {self.within_days} days"
        return f"is a former member by {either(self.ended_by)}{lately}"


class TermEndsWithin(OfTerms):
    """The account holds a running membership of which the end is known and near."""

    rule: Literal["term_ends_within"] = "term_ends_within"
    days: Days

    @property
    def words(self) -> str:
        """E.g. "has a membership that ends within 90 days"."""
        return f"has {self._membership()} that ends within {self.days} days"


class TermStartedWithin(OfTerms):
    """The account holds a running membership that is new."""

    rule: Literal["term_started_within"] = "term_started_within"
    days: Days

    @property
    def words(self) -> str:
        """E.g. "has a membership that began within the last 90 days"."""
        return f"has {self._membership()} that began within the last {self.days} days"


def _of(sector: str | None) -> str:
    return f" of ITU-{sector}" if sector else ""
