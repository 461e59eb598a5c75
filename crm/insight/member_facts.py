"""What is known of a member as of a day, before anybody weighs what could be asked of it: plain frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crm.directory.tables import Size
from crm.insight.candidate import TookPart
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.opportunity_stages import OpportunityKind, Outcome
from crm.reference.sector_concerns import Concern
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Moment:
    """An account, and the day from which it is looked at.

    Attributes:
        before: only what was written down before the record of this number counts, since one sequence numbers everything;
            None: all that is on record counts.
    """

    organization_id: int
    on: date
    before: int | None = None

    def knows(self, number: int | None) -> bool:
        """Whether a record of this number had been written down by then."""
        return self.before is None or number is None or number < self.before


@dataclass(frozen=True, slots=True)
class Asked(Shown):
    """Something that an account was asked for.

    Attributes:
        id: the number of the opportunity.
        opened_on: the day on which it was opened.
        outcome: how it stood on the day that the facts are of.
        closed_on: the day on which it was won or lost, where it had been by then.
    """

    id: int
    kind: OpportunityKind
    sector: str | None
    opened_on: date
    outcome: Outcome
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Contacts(Shown):
    """How often an account and we were in touch in the last 12 months, notes to the file apart.

    Attributes:
        inbound: how often they came to us.
        last_on: the day of the latest contact.
    """

    times: int = 0
    inbound: int = 0
    last_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts(Shown):
    """An account with one of its running memberships as Sector Member or Associate, as of a day.

    Attributes:
        group_id: the head of its corporate group, itself where it has none.
        region: the development region of its State, by slug.
        sectors: the Sectors in which it is a Sector Member or Academia, by any of its memberships.
        associate_in: the Sectors in which it is an Associate.
        own_groups: the study group that it has selected, and those that have taken over its work since.
        standing: None: nobody has said how it stands.
        participation: what it did in the study groups, the newest first.
        group_sectors: how many memberships as Sector Member its corporate group holds, by Sector.
        group_associates: how many accounts of its corporate group are Associates, by Sector.
        concerns: what the Sectors work on that concerns its segment.
        asked: the upgrades and further Sectors that it was asked for.
    """

    on: date
    organization_id: int
    name: str
    group_id: int
    country: str | None
    region: str | None
    segment: str | None
    size: Size | None
    employees: int | None
    synthetic: bool
    category: Category
    coverage: Coverage
    study_group: str | None
    member_since_on: date
    sectors: frozenset[str]
    associate_in: frozenset[str]
    own_groups: frozenset[str]
    standing: Standing | None
    standing_as_of: date | None
    punctuality: Punctuality | None
    participation: tuple[TookPart, ...] = ()
    group_sectors: Mapping[str, int] = field(default_factory=dict)
    group_associates: Mapping[str, int] = field(default_factory=dict)
    concerns: tuple[Concern, ...] = ()
    contacts: Contacts = Contacts()
    asked: tuple[Asked, ...] = ()
