"""What a campaign may know of an account before it decides anything: plain frozen facts as of a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from crm.directory.tables import OrganizationKind, Size
from crm.engagement.participation import ParticipationKind
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.terms import Coverage, EventKind
from crm.membership.upgrade_fees import UpgradeFees
from crm.reference.categories import Category
from crm.reference.languages import Language
from crm.reference.sector_concerns import Concern
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class TookPart(Shown):
    """One part that an account took in a study group."""

    study_group: str
    kind: ParticipationKind
    on: date


@dataclass(frozen=True, slots=True)
class Contact(Shown):
    """The person that a letter to an account would go to.

    Attributes:
        language: the language of correspondence; None: nobody has said.
        suppressed: whether the address must not be written to by campaigns, but about what is `excepted`.
        roles: what they do there, of the position that counts first to the last.
        senior: whether one of the roles is a senior one.
        country: where the account is based, ISO 3166 alpha-3.
        time_zone: IANA name; None: nobody has said.
        salutation: how letters in their language address them, where that is recorded.
    """

    person_id: int
    name: str
    address: str
    language: Language | None
    suppressed: bool
    roles: tuple[str, ...] = ()
    senior: bool = False
    country: str | None = None
    time_zone: str | None = None
    salutation: str | None = None
    excepted: frozenset[str] = frozenset()

    def refuses(self, about: str) -> bool:
        """Whether campaigns about a purpose must not write to the address."""
        return self.suppressed and about not in self.excepted

    @property
    def role(self) -> str:
        """What they do there; empty where nobody has said."""
        return next(iter(self.roles), "")


@dataclass(frozen=True, slots=True)
class Touch(Shown):
    """A contact that one of our offices had with an account.

    Attributes:
        kind: a call, a meeting, an e-mail, an event or a letter.
        office: which office it was, where that is on record.
    """

    at: datetime
    kind: str
    office: str | None


@dataclass(frozen=True, slots=True)
class Departure(Shown):
    """How an account ceased to be a member: the last of its memberships to end.

    Attributes:
        ended_on: its last day.
        ended_by: what ended it: the account's own denunciation, or exclusion.
    """

    category: Category
    coverage: Coverage
    ended_on: date
    ended_by: EventKind


@dataclass(frozen=True, slots=True)
class AdministrationLetter(Shown):
    """A letter of a campaign that went out to the administration of a Member State.

    Attributes:
        campaign: the name of the campaign.
        written_on: the day on which the latest of its letters left.
        answered: whether the administration has answered, to the letter or by coming to us in another way.
    """

    campaign: str
    written_on: date
    answered: bool


@dataclass(frozen=True, slots=True)
class Candidate(Shown):
    """An account with one of its running memberships, or without one, as a campaign sees it on a day.

    An account with several memberships is a candidate with each of them.

    Attributes:
        group_id: the head of its corporate group, itself where it has none.
        region: the development region of its State, by slug.
        owner_id: the account manager.
        synthetic: whether the account or its membership is made up for a demonstration or test.
        sectors: the Sectors ("R", "T", "D") in which it is a Sector Member or Academia, by any of its memberships.
        term_id: the membership; None, with the four that follow, where it has none.
        standing: None: nobody has said how it stands.
        own_groups: the study group that it has selected, and those that have taken over its work since.
        participation: what it did in the study groups in the last three years, the newest first.
        contacts: who could be written to, focal points first; those with an address only.
        last_touch: the latest interaction of any office, notes to the file apart.
        associate_in: the Sectors in which it is an Associate, by any of its memberships.
        group_sectors: how many memberships as Sector Member its corporate group holds, by Sector.
        concerns: what the Sectors work on that concerns its segment, by the reference data.
        state_without_member: whether it is based in a Member State without any Sector Member.
        administration_letters: what campaigns have written to the administration of its State.
        left: how it ceased to be a member; None where it is one, or never was.
        upgrade_fees: what it pays as an Associate and would pay as a Sector Member, by the fee tables.
    """

    organization_id: int
    name: str
    group_id: int
    kind: OrganizationKind
    country: str | None
    region: str | None
    segment: str | None
    size: Size | None
    owner_id: int | None
    synthetic: bool
    sectors: frozenset[str]
    term_id: int | None
    category: Category | None
    coverage: Coverage | None
    study_group: str | None
    member_since_on: date | None
    standing: Standing | None
    standing_as_of: date | None
    punctuality: Punctuality | None
    own_groups: frozenset[str]
    participation: tuple[TookPart, ...]
    contacts: tuple[Contact, ...]
    last_touch: Touch | None
    associate_in: frozenset[str] = frozenset()
    group_sectors: Mapping[str, int] = field(default_factory=dict)
    concerns: tuple[Concern, ...] = ()
    state_without_member: bool = False
    administration_letters: tuple[AdministrationLetter, ...] = ()
    left: Departure | None = None
    upgrade_fees: UpgradeFees | None = None

    @property
    def in_good_standing(self) -> bool:
        """Whether its standing is good.

        Of an account without a membership none needs to be known, and that it was leaving says nothing once it has left;
        what it still owes does.
        """
        if self.standing is Standing.GOOD:
            return True
        gone = self.left is not None and self.standing is Standing.CANCELLING
        return self.term_id is None and (self.standing is None or gone)
