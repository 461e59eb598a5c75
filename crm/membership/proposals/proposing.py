"""The part of `book.terms` that works changes of a membership out before anybody decides on them."""

from datetime import date
from fractions import Fraction

from crm.dates import day_of
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.membership.coverage import coverage_of
from crm.membership.dues.charging import refuse_far_ahead
from crm.membership.proposals.accepting import accept_proposal
from crm.membership.proposals.proposal import Acceptance, Ask, Proposal
from crm.membership.proposals.proposal_facts import proposal_facts
from crm.membership.proposals.working_out import with_a_class, work_out
from crm.reference.categories import Category
from crm.reference.change_rules import MembershipChange
from crm.reference.study_groups import find_study_group
from crm.reference.units import units_of
from crm.store.columns import chosen
from crm.store.store import Store


class Proposing:
    """Propose a change of a membership, with what it means in rights and money, and accept it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def propose_upgrade(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        units: Fraction | int | str | None = None,
        on: date | str,
    ) -> Proposal:
        """What it would mean that an Associate becomes a Sector Member. Nothing is written.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            units: the class that it chooses, e.g. "1"; without it the lowest is proposed.
            on: a day of the month with whose first day it takes effect.

        Raises:
            Refused: it is no Associate there, the class is too low, or the year of the day is not invoiced yet.
            NotFound: it is no member there, or no fee is stated for the day.
        """
        return self._propose(
            key, MembershipChange.UPGRADE, Category.SECTOR_MEMBER, sector=sector, units=units, on=on
        )

    def propose_sector(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        category: Category | str = Category.SECTOR_MEMBER,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str,
    ) -> Proposal:
        """What it would mean that a member joins a further Sector. Nothing is written.

        Args:
            key: which organisation.
            sector: the further Sector: "R", "T" or "D".
            category: "sector_member" or "associate".
            study_group: for an Associate, the one that it selects.
            units: the class that a Sector Member chooses; without it the lowest is proposed.
            on: a day of the month with whose first day it takes effect.

        Raises:
            InvalidInput: the category does not go with the Sector, the study group or the class.
            Refused: it is a member there already or in no Sector at all, the class is too low, or the year of the day is not
                invoiced yet.
            NotFound: no fee is stated for the day.
        """
        return self._propose(
            key,
            MembershipChange.FURTHER_SECTOR,
            category,
            sector=sector,
            study_group=study_group,
            units=units,
            on=on,
        )

    def propose_class(
        self, key: OrganizationKey, *, sector: str, units: Fraction | int | str, on: date | str
    ) -> Proposal:
        """What it would mean that a Sector Member chooses another class, higher or lower. Nothing is written.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            units: the class, e.g. "1 1/2".
            on: a day of the month with whose first day it takes effect.

        Raises:
            Refused: it is no Sector Member there, or in that class already, the class is too low for it, or the year of the
                day is not invoiced yet.
            NotFound: it is no member there, or no fee is stated for the day.
        """
        return self._propose(
            key, MembershipChange.CLASS_CHANGE, Category.SECTOR_MEMBER, sector=sector, units=units, on=on
        )

    def propose_downgrade(
        self, key: OrganizationKey, *, sector: str, study_group: str, on: date | str
    ) -> Proposal:
        """What it would mean that a Sector Member becomes an Associate. Nothing is written.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            study_group: the one that it selects.
            on: a day of the month with whose first day it takes effect.

        Raises:
            Refused: it is no Sector Member there, or the year of the day is not invoiced yet.
            NotFound: it is no member there, or no fee is stated for the day.
        """
        return self._propose(
            key, MembershipChange.DOWNGRADE, Category.ASSOCIATE, sector=sector, study_group=study_group, on=on
        )

    def accept(
        self, proposal: Proposal, *, approval: str = "", reason: str = "", dry_run: bool = False
    ) -> Acceptance:
        """Post exactly what a proposal showed: the change in the ledger, and what is invoiced and credited.

        Args:
            proposal: as `propose_upgrade` and its neighbours gave it.
            approval: where the approval is documented, if it needs one.
            reason: why, for the ledger.
            dry_run: only say what would be written.

        Raises:
            Refused: the ledger, the fees, the invoices, the balance or the rules changed since it was worked out (the
                message names which), or the proposal was altered, or its approval is not documented.
        """
        with self._store.changing("proposal.accepted", reason=reason or None, dry_run=dry_run) as change:
            return accept_proposal(change, proposal, approval=approval, reason=reason)

    def _propose(
        self,
        key: OrganizationKey,
        change: MembershipChange,
        category: Category | str,
        *,
        sector: str,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str,
    ) -> Proposal:
        kind = chosen(Category, category, field="category")
        with self._store.reading() as session:
            organization = find_organization(session, key)
            today = today_of(session, self._store.now(), self._store.actor)
            effective_on = day_of(on, today=today, field="on").replace(day=1)
            refuse_far_ahead(effective_on.year, today)
            ask = Ask(
                organization_id=organization.id,
                change=change,
                coverage=coverage_of(kind, sector),
                category=kind,
                study_group=study_group and find_study_group(session, study_group).code,
                units=None if units is None else units_of(units),
                effective_on=effective_on,
            )
            facts = proposal_facts(session, organization, ask, today=today)
            return work_out(with_a_class(ask, facts), facts)
