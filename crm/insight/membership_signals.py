"""What speaks for asking a member for more: an upgrade in its Sector, or a further Sector. Pure rules of facts and a day.

They are said here once: campaigns choose whom to write to by them, and the potential of an account is weighed by them.
All of them are our own inference (docs/domain.md, "Upgrade signals" and "Signals for a further Sector"), and so are the
figures: 24 months, three parts taken, two companies of a group. No source states any, so look at them again when results
are in.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from crm.directory.tables import Size
from crm.engagement.participation import ParticipationKind
from crm.insight.candidate import TookPart
from crm.insight.signal import Signal
from crm.insight.study_group_interest import Participant, lately, told
from crm.membership.contract.standing import Punctuality
from crm.membership.terms import Coverage
from crm.reference.sector_concerns import Concern

ACTIVE = 3
"""Parts taken in the study groups, from which on an account is active."""

SEVERAL = 2
"""Companies of a corporate group, from which on they speak for another."""

PREFERRED = "DRT"
"""Of several Sectors that say the same, ITU-D first: it costs least to add (docs/domain.md)."""


class Account(Participant, Protocol):
    """What the rules must know of an account, with one of its memberships; see `crm.insight.candidate.Candidate`."""

    @property
    def coverage(self) -> Coverage | None:
        """The Sector of the membership."""

    @property
    def study_group(self) -> str | None:
        """The study group that an Associate has selected."""

    @property
    def own_groups(self) -> frozenset[str]:
        """That study group, and those that have taken over its work."""

    @property
    def size(self) -> Size | None:
        """How large it is."""

    @property
    def segment(self) -> str | None:
        """Its part of the digital ecosystem."""

    @property
    def punctuality(self) -> Punctuality | None:
        """How it has paid."""

    @property
    def standing_as_of(self) -> date | None:
        """The day that its standing is known of."""

    @property
    def sectors(self) -> frozenset[str]:
        """The Sectors in which it is a Sector Member or Academia."""

    @property
    def associate_in(self) -> frozenset[str]:
        """The Sectors in which it is an Associate."""

    @property
    def group_sectors(self) -> Mapping[str, int]:
        """How many memberships as Sector Member its corporate group holds, by Sector."""

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What the Sectors work on that concerns its segment."""


def second_study_group(account: Account, on: date) -> Signal | None:
    """It took part in another study group of its Sector in the last 24 months, or asked about one.

    Groups that took over the work of its own do not count; groups of other Sectors speak for a further Sector.
    """
    for part in lately(account, on):
        if part.study_group not in account.own_groups and part.study_group.startswith(f"{account.coverage}-"):
            words = f"{told(part)}, besides its own {account.study_group}"
            return Signal("second_study_group", words, {"study_group": part.study_group})
    return None


def activity(account: Account, on: date) -> Signal | None:
    """It was Rapporteur in its study group, or took part three times or more, in the last 24 months."""
    own = [part for part in taken(account, on) if part.study_group in account.own_groups]
    if any(part.kind is ParticipationKind.RAPPORTEUR for part in own):
        return Signal("activity", f"Rapporteur in {account.study_group}")
    return (
        Signal("activity", f"took part {len(own)} times in {account.study_group}")
        if len(own) >= ACTIVE
        else None
    )


def size(account: Account, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It is a large enterprise, and still an Associate."""
    return (
        Signal("size", "a large enterprise, and still an Associate") if account.size is Size.LARGE else None
    )


def punctuality(account: Account, on: date) -> Signal | None:  # noqa: ARG001 - every rule is asked as of a day
    """It has paid on time, by the latest statement of its standing."""
    if account.punctuality is not Punctuality.ON_TIME:
        return None
    return Signal("punctuality", f"has paid on time, as of {account.standing_as_of:%-d %B %Y}")


def study_group_of_another_sector(
    account: Account, on: date, sectors: Collection[str] | None = None
) -> Signal | None:
    """It took part in a study group of a Sector that it is no member of in the last 24 months, or asked about one.

    Args:
        account: the account.
        on: the day.
        sectors: of these alone; of all that are open to it where none are given. So it is with the two rules below.
    """
    wanted = open_to(account) if sectors is None else sectors
    for part in lately(account, on):
        sector = part.study_group[0]
        if sector in wanted:
            facts = {"sector": sector, "study_group": part.study_group}
            return Signal("study_group", f"{told(part)}, and is no member of ITU-{sector}", facts)
    return None


def companies_of_its_group(
    account: Account,
    on: date,  # noqa: ARG001 - every rule is asked as of a day
    sectors: Collection[str] | None = None,
) -> Signal | None:
    """Two companies or more of its corporate group are Sector Members of a Sector that it is no member of."""
    for sector in open_to(account) if sectors is None else sectors:
        if (companies := account.group_sectors.get(sector, 0)) >= SEVERAL:
            words = f"{companies} companies of its corporate group are Sector Members of ITU-{sector}"
            return Signal("corporate_group", words, {"sector": sector})
    return None


def concern_of_its_segment(
    account: Account,
    on: date,  # noqa: ARG001 - every rule is asked as of a day
    sectors: Collection[str] | None = None,
) -> Signal | None:
    """A Sector that it is no member of works on something that concerns its segment."""
    about = {concern.sector: concern for concern in account.concerns}
    for sector in open_to(account) if sectors is None else sectors:
        if concern := about.get(sector):
            return Signal("concern", f"its segment, {account.segment}: {concern}", {"sector": sector})
    return None


def open_to(account: Account) -> list[str]:
    """The Sectors in which an account holds no membership, the preferred one first."""
    return [sector for sector in PREFERRED if sector not in account.sectors | account.associate_in]


def taken(account: Account, on: date) -> Iterable[TookPart]:
    """The parts that it took lately; to have asked is none."""
    return (part for part in lately(account, on) if part.kind is not ParticipationKind.ASKED)
