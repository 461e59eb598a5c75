"""The synthetic layer: memberships, standing and study-group work that nobody has, laid over real companies.

All of it is marked: `synthetic` on every row that has the mark, and "synthetic demonstration" as its source.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from crm.directory.tables import Organization
from crm.engagement.participation import ParticipationKind
from crm.membership.contract.standing import Punctuality, Standing
from crm.reference.categories import Category
from workers.demo.chance import number, one_of, weighed

SOURCE = "synthetic demonstration"

# Per hundred accounts.
_CATEGORIES = MappingProxyType({Category.ASSOCIATE: 76, Category.SECTOR_MEMBER: 24})
_SECTORS = MappingProxyType({"T": 60, "R": 30, "D": 10})
_UNITS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "R": MappingProxyType({"1/2": 80, "1": 16, "2": 4}),
        "T": MappingProxyType({"1/2": 78, "1": 16, "2": 4, "3": 2}),
        "D": MappingProxyType({"1/8": 70, "1/4": 22, "1/2": 8}),
    }
)
_STANDINGS: Mapping[Standing, int] = MappingProxyType(
    {
        Standing.GOOD: 81,
        Standing.ARREARS: 3,
        Standing.ON_PLAN: 3,
        Standing.SUSPENDED: 3,
        Standing.CANCELLING: 3,
        Standing.EXEMPT: 3,
        Standing.APPLICATION_PENDING: 4,
    }
)
_PAID = MappingProxyType({Punctuality.ON_TIME: 75, Punctuality.LATE: 25})
_WORK = MappingProxyType({"none": 45, "attended": 20, "active": 13, "rapporteur": 4, "second group": 18})
_OWN_MEETINGS = MappingProxyType({"none": 0, "attended": 1, "active": 3, "rapporteur": 1, "second group": 1})
_LEFT = MappingProxyType({True: 4, False: 96})
_LONGEST = 12  # years before this one


@dataclass(frozen=True, slots=True)
class Part:
    """A part that an account took in a study group."""

    study_group: str
    kind: ParticipationKind
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpMember:
    """A membership that does not exist.

    Attributes:
        study_group: the one that an Associate has selected.
        units: the class that a Sector Member has chosen.
        left_on: the day from which it is no member any more.
        standing: how it is to stand, by what it pays and does.
    """

    organization: Organization
    category: Category
    sector: str
    study_group: str | None
    units: str | None
    since_on: date
    left_on: date | None
    standing: Standing
    punctuality: Punctuality
    parts: tuple[Part, ...]

    @property
    def in_good_standing(self) -> bool:
        """Whether it is an Associate that a campaign could be about."""
        good = self.standing is Standing.GOOD and self.left_on is None
        return good and self.category is Category.ASSOCIATE


def chosen_members(accounts: Iterable[Organization], *, count: int) -> list[Organization]:
    """Which companies get a membership: those of the digital ecosystem first, then the stable hash decides.

    Args:
        accounts: the companies to choose from.
        count: how many.
    """
    return sorted(accounts, key=lambda row: (row.segment is None, number("member", row.name)))[:count]


def first_day_of_membership(today: date) -> date:
    """The earliest day on which a made-up membership begins."""
    return date(today.year - _LONGEST, 1, 1)


def made_up_member(
    account: Organization,
    groups: Mapping[str, Sequence[str]],
    *,
    today: date,
    sector: str | None = None,
) -> MadeUpMember:
    """The membership of an account, the same in every run on the same day.

    Args:
        account: which account.
        groups: the codes of the study groups of each Sector.
        today: the present day.
        sector: which Sector, where it is not the hash that decides; such an account is an Associate.
    """
    name = account.name
    category = Category.ASSOCIATE if sector else weighed(_CATEGORIES, "category", name)
    joined = sector or weighed(_SECTORS, "sector", name)
    group = one_of(groups[joined], "group", name)
    standing = weighed(_STANDINGS, "standing", name)
    return MadeUpMember(
        organization=account,
        category=category,
        sector=joined,
        study_group=group if category is Category.ASSOCIATE else None,
        units=None if category is Category.ASSOCIATE else weighed(_UNITS[joined], "units", name),
        since_on=date(today.year - 1 - number("since", name) % _LONGEST, 1, 1),
        left_on=date(today.year, 1, 1) if weighed(_LEFT, "left", name) else None,
        standing=standing,
        punctuality=weighed(_PAID, "paid", name),
        parts=tuple(_parts(name, group, groups[joined], today)),
    )


def _parts(name: str, own: str, groups: Sequence[str], today: date) -> Iterable[Part]:
    work = weighed(_WORK, "work", name)
    for meeting in range(_OWN_MEETINGS[work]):
        kind = ParticipationKind.RAPPORTEUR if work == "rapporteur" else ParticipationKind.ATTENDED
        yield Part(own, kind, _lately(today, meeting, name))
    others = [group for group in groups if group != own]
    if work == "second group" and others:
        kind = one_of((ParticipationKind.ASKED, ParticipationKind.CONTRIBUTED), "kind", name)
        yield Part(one_of(others, "other", name), kind, _lately(today, 4, name))


def _lately(today: date, meeting: int, name: str) -> date:
    return today - timedelta(days=30 + 120 * meeting + number("day", name, meeting) % 60)
