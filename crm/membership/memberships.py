"""`book.terms`: join, change and end memberships; each verb adds one event to the ledger."""

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import true
from sqlmodel import col, select

from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_asked, day_said
from crm.directory.tables import Organization
from crm.membership.correcting import Correcting
from crm.membership.coverage import coverage_of
from crm.membership.leaving import Leaving
from crm.membership.ledger import current_term, events_of, no_member_there, refuse_no_member
from crm.membership.ledger_tables import MembershipEvent, Term, running
from crm.membership.proposals.proposing import Proposing
from crm.membership.recorded import Recorded, recorded
from crm.membership.terms import OPENING, Coverage, EventKind
from crm.membership.unexplained import refuse_unexplained
from crm.reference.categories import Category
from crm.reference.study_groups import find_study_group
from crm.reference.units import units_of
from crm.store.columns import chosen


class Terms(Leaving, Correcting, Proposing):
    """`book.terms`: join, change and end memberships, and read the ledger and the terms that follow from it."""

    def join(
        self,
        key: OrganizationKey,
        category: Category | str,
        *,
        sector: str | None = None,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str,
        reason: str = "",
        source: str = "",
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> Term:
        """Record that an organisation became a member.

        Args:
            key: which organisation.
            category: "sector_member", "associate" or "academia".
            sector: "R", "T" or "D"; Academia takes none, it joins all three Sectors for one fee.
            study_group: for an Associate, the one study group it has selected.
            units: for a Sector Member, the class it has chosen, e.g. "1/2"; without it the minimum is assumed.
            on: the first day.
            reason: why, for the ledger; a class below the lowest of the Sector needs one, and a study group that does not
                exist on that day.
            source: where it is documented.
            synthetic: whether the membership is made up for a demonstration or test.
            dry_run: only say what would come of it.

        Raises:
            InvalidInput: the category does not go with the Sector, the study group or the class.
            Refused: it is a member in that Sector already; or the class is too low or the study group does not exist then,
                and no reason is given.
        """
        kind = chosen(Category, category, field="category")
        return self._joined(
            key,
            EventKind.JOIN,
            coverage=coverage_of(kind, sector),
            category=kind,
            study_group=study_group,
            units=units,
            on=on,
            reason=reason,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )

    def further_sector(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        category: Category | str = Category.SECTOR_MEMBER,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str,
        reason: str = "",
        source: str = "",
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> Term:
        """Record that a member joined a further Sector. Each Sector is a membership and a fee of its own.

        Args:
            key: which organisation.
            sector: the further Sector: "R", "T" or "D".
            category: "sector_member" or "associate".
            study_group: for an Associate, the one study group it has selected.
            units: for a Sector Member, the class it has chosen; without it the minimum is assumed.
            on: the first day.
            reason: why, for the ledger; a class below the lowest of the Sector needs one, and a study group that does not
                exist on that day.
            source: where it is documented.
            synthetic: whether the membership is made up for a demonstration or test.
            dry_run: only say what would come of it.

        Raises:
            InvalidInput: the category does not go with the Sector, the study group or the class.
            Refused: it is a member in that Sector already, or in none; or the class is too low or the study group does not
                exist then, and no reason is given.
        """
        kind = chosen(Category, category, field="category")
        return self._joined(
            key,
            EventKind.FURTHER_SECTOR,
            coverage=coverage_of(kind, sector),
            category=kind,
            study_group=study_group,
            units=units,
            on=on,
            reason=reason,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )

    def upgrade(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        units: Fraction | int | str | None = None,
        on: date | str,
        reason: str = "",
        dry_run: bool = False,
    ) -> Recorded:
        """Record that an Associate became a full member of the Sector.

        Its dues follow by the next `book.dues.assess`, and `to_settle` says what that comes to; a proposal (`propose_…`)
        shows and posts them at once.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            units: the class it has chosen; without it the minimum is assumed.
            on: the first day.
            reason: why, for the ledger.
            dry_run: only say what would come of it.

        Raises:
            NotFound: it is no member there on that day.
            Refused: it is no Associate there, or the class is too low and no reason is given.
        """
        return self._record(
            key,
            EventKind.UPGRADE,
            coverage=chosen(Coverage, sector, field="sector"),
            category=Category.SECTOR_MEMBER,
            units=units,
            on=on,
            reason=reason,
            dry_run=dry_run,
        )

    def downgrade(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        study_group: str,
        on: date | str,
        reason: str = "",
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a Sector Member became an Associate in one study group of the Sector.

        Its dues follow by the next `book.dues.assess`, and `to_settle` says what that comes to; a proposal (`propose_…`)
        shows and posts them at once.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            study_group: the one that it has selected.
            on: the first day.
            reason: why, for the ledger.
            dry_run: only say what would come of it.

        Raises:
            NotFound: it is no member there on that day.
            Refused: it is no Sector Member there, or the study group does not exist then and no reason is given.
        """
        return self._record(
            key,
            EventKind.DOWNGRADE,
            coverage=chosen(Coverage, sector, field="sector"),
            category=Category.ASSOCIATE,
            study_group=study_group,
            on=on,
            reason=reason,
            dry_run=dry_run,
        )

    def class_change(
        self,
        key: OrganizationKey,
        *,
        sector: str,
        units: Fraction | int | str,
        on: date | str,
        reason: str = "",
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a Sector Member has chosen another class of contribution in a Sector.

        Its dues follow by the next `book.dues.assess`, and `to_settle` says what that comes to; a proposal (`propose_…`)
        shows and posts them at once.

        Args:
            key: which organisation.
            sector: "R", "T" or "D".
            units: the class, e.g. "1/2".
            on: the first day.
            reason: why, for the ledger.
            dry_run: only say what would come of it.

        Raises:
            InvalidInput: there is no such class.
            NotFound: it is no member there on that day.
            Refused: it is no Sector Member there, or the class is too low and no reason is given.
        """
        return self._record(
            key,
            EventKind.CLASS_CHANGE,
            coverage=chosen(Coverage, sector, field="sector"),
            category=Category.SECTOR_MEMBER,
            units=units,
            on=on,
            reason=reason,
            dry_run=dry_run,
        )

    def of(self, key: OrganizationKey, *, on: date | str | None = None) -> tuple[Term, ...]:
        """The terms of an organisation, all of them or those that run on a day; oldest first."""
        with self._store.reading() as session:
            there = true() if on is None else running(day_asked(self._store, session, on))
            row = find_organization(session, key)
            query = select(Term).where(Term.organization_id == row.id, there)
            return tuple(session.exec(query.order_by(col(Term.since_on), col(Term.id))))

    def ledger(self, key: OrganizationKey) -> tuple[MembershipEvent, ...]:
        """Every event of an organisation and of those merged into it, in the order in which they take effect."""
        with self._store.reading() as session:
            ids = with_merged(Organization, [find_organization(session, key).id])
            return tuple(events_of(session, session.exec(ids).all()))

    def _joined(self, key: OrganizationKey, kind: EventKind, **event: Any) -> Term:
        term = self._record(key, kind, **event).term
        assert term is not None  # only an end leaves nothing
        return term

    def _record(
        self,
        key: OrganizationKey,
        kind: EventKind,
        *,
        on: date | str,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        dry_run: bool = False,
        **event: Any,
    ) -> Recorded:
        verb = f"membership.{kind}"
        with self._store.changing(verb, reason=event["reason"] or None, dry_run=dry_run) as change:
            day = day_said(change, on)
            row, session = find_organization(change.session, key), change.session
            current = current_term(session, row, event["coverage"], day)
            if kind is EventKind.FURTHER_SECTOR:
                refuse_no_member(session, row, day)
            elif current is None and kind not in OPENING:
                raise no_member_there(session, row, event["coverage"], day)
            event.setdefault("category", current and current.category)
            event.setdefault("synthetic", current is not None and current.synthetic)
            event |= {"kind": kind, "effective_on": day, "units": None if units is None else units_of(units)}
            group = None if study_group is None else find_study_group(session, study_group)
            event["study_group"] = group and group.code
            found = recorded(change, row, event)
            if not event["reason"]:
                refuse_unexplained(session, row, event, group)
            return found
