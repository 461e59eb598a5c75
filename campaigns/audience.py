"""Who would be written to, and who is left out and why: decided for all accounts together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from campaigns.arms import arms_alone, arms_of
from campaigns.campaign import Campaign
from campaigns.guards import Case, Circumstances, Skip, objection
from campaigns.signal import Signal
from crm.insight.candidate import Candidate, Contact
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Invitation(Shown):
    """An account that is enrolled: why, whom the letters go to, in what language, and its arm."""

    account: Candidate
    signal: Signal
    contact: Contact
    language: Language
    arm: Arm


@dataclass(frozen=True, slots=True)
class LeftOut(Shown):
    """An account that is left out, and why."""

    account: Candidate
    signal: Signal | None
    skip: Skip


@dataclass(frozen=True, slots=True)
class Audience(Shown):
    """Every account that the campaign could be about, once: enrolled or left out."""

    invited: tuple[Invitation, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def rows(self) -> tuple[Invitation | LeftOut, ...]:
        """Everybody: the enrolled first."""
        return (*self.invited, *self.left_out)


def ranked(campaign: Campaign, candidates: Iterable[Candidate], on: date) -> tuple[Case, ...]:
    """Each account once, with the membership that has the best signal on a day; the best first.

    Between equals the longest membership wins, any before none, then the lowest id, so that the same book always gives
    the same audience.
    """
    found = [(campaign.strongest(account, on), account) for account in candidates]
    found.sort(key=lambda f: (f[0][0], f[1].member_since_on or date.max, f[1].organization_id, f[1].term_id))
    once: dict[int, Case] = {}
    for (_, signal), account in found:
        once.setdefault(account.organization_id, Case(account, signal))
    return tuple(once.values())


def decided(
    campaign: Campaign,
    cases: Iterable[Case],
    around: Circumstances,
    *,
    alone: bool = False,
    readers: Mapping[int, int] = MappingProxyType({}),
) -> Audience:
    """Decide about accounts that have been ranked.

    Within a corporate group the first that nothing stands against is enrolled, and one person is written to once
    however many accounts they stand for.

    Args:
        campaign: what is said, and what speaks for saying it.
        cases: the accounts, the best first.
        around: what the guards must know besides.
        alone: whether each enters by itself, so that its arm must not depend on the others.
        readers: the people whom the run writes to already, by their id, and for which account each.
    """
    invited: list[Case] = []
    left_out: list[LeftOut] = []
    taken = _Taken(readers)
    for case in cases:
        if skip := objection(case, around) or taken.objection(case):
            left_out.append(LeftOut(case.account, case.signal, skip))
            continue
        taken.add(case)
        invited.append(case)
    return Audience(_invitations(campaign, invited, around, alone=alone), tuple(left_out))


class _Taken:
    """The corporate groups and people that are spoken for already."""

    def __init__(self, readers: Mapping[int, int]) -> None:
        self._readers = readers
        self._groups: dict[int, str] = {}
        self._people: dict[int, str] = {}

    def add(self, case: Case) -> None:
        """Note what an enrolment takes."""
        assert case.contact  # the guards have seen to it
        self._groups[case.account.group_id] = case.account.name
        self._people[case.contact.person_id] = case.account.name

    def objection(self, case: Case) -> Skip | None:
        """What stands against an account because of those that are enrolled."""
        if name := self._groups.get(case.account.group_id):
            return Skip(Reason.GROUP_ENROLLED, name)
        if case.contact and (name := self._people.get(case.contact.person_id)):
            return Skip(Reason.PERSON_ENROLLED, f"{case.contact.name}, for {name}")
        account = case.account.organization_id
        if case.contact and self._readers.get(case.contact.person_id, account) != account:
            return Skip(Reason.PERSON_ENROLLED, case.contact.name)
        return None


def _invitations(
    campaign: Campaign, cases: Sequence[Case], around: Circumstances, *, alone: bool
) -> tuple[Invitation, ...]:
    """The enrolments, their arms drawn so that accounts with the same signal are held out in the same share."""
    strata = {case.account.group_id: _kind(case) for case in cases}
    arms = (arms_alone if alone else arms_of)(strata, salt=campaign.name, share=campaign.hold_out)
    return tuple(_invitation(case, around, arms[case.account.group_id]) for case in cases)


def _kind(case: Case) -> str:
    return case.signal.kind if case.signal else ""


def _invitation(case: Case, around: Circumstances, arm: Arm) -> Invitation:
    assert case.signal and case.contact  # noqa: PT018 - the guards have seen to it
    language = around.language_for(case.contact)
    assert language
    return Invitation(case.account, case.signal, case.contact, language, arm)
