"""`book.candidates`: the accounts that a campaign could be about, each with what several rooms know of it.

Everything is read set by set: a fixed number of statements however many accounts there are.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlmodel import Session, col

from crm.dates import day_of
from crm.directory.merged import among, stands
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization, corporate_group
from crm.insight.audience_rules import Rule
from crm.insight.audience_sql import LONGEST, condition, memberships
from crm.insight.candidate import Candidate, Touch
from crm.insight.candidate_facts import (
    contacts,
    departures,
    latest_interaction,
    own_groups,
    participation,
    regions,
    sectors,
)
from crm.insight.candidate_fees import FeesOn
from crm.insight.surroundings import AdministrationLetters, Surroundings
from crm.keyring import KeyRing
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing_spans import standing_on
from crm.membership.ledger_tables import Term
from crm.store.store import Store
from crm.store.time_limits import limited


class Candidates:
    """`book.candidates`: what campaigns may know of accounts.

    Args:
        store: the door to the database.
        keys: key the suppression list.
        letters: reads what campaigns have written to administrations.
    """

    def __init__(self, store: Store, *, keys: KeyRing, letters: AdministrationLetters) -> None:
        self._store = store
        self._keys = keys
        self._letters = letters

    def matching(
        self, rule: Rule, *, only: Iterable[int] | None = None, on: date | str | None = None
    ) -> tuple[Candidate, ...]:
        """The accounts that a rule is true of, by account and Sector.

        An account stands there once for each running membership that the rule is about, as an Associate of two Sectors
        does for `IsMember(category="associate")`; one that has no such membership stands there once without.

        Args:
            rule: whom to look for.
            only: of these accounts, by their ids; of all where none are given.
            on: the day; today where none is given.

        Raises:
            StoreError: the rule asks for more than the database can find in a minute.
        """
        day = self._day(on)
        with self._store.reading() as session, limited(session, LONGEST):
            fits = condition(rule, day)
            if only is not None:
                fits &= among(col(Organization.id), list(only))
            return self._read(session, fits, day, rule)

    def among(
        self, organizations: Iterable[int], *, about: Rule | None = None, on: date | str | None = None
    ) -> tuple[Candidate, ...]:
        """These accounts, whether or not a rule is true of them.

        Args:
            organizations: their ids.
            about: only with the memberships that this rule is about; with every running one where none is given.
            on: the day; today where none is given.
        """
        day, ids = self._day(on), list(organizations)
        with self._store.reading() as session:
            return self._read(session, among(col(Organization.id), ids), day, about)

    def of(
        self, organization: OrganizationKey, *, about: Rule | None = None, on: date | str | None = None
    ) -> tuple[Candidate, ...]:
        """One account, once for each of its memberships; nothing else is touched.

        Args:
            organization: which account.
            about: only with the memberships that this rule is about; with every running one where none is given.
            on: the day; today where none is given.

        Raises:
            NotFound: nothing answers to the key.
            Ambiguous: several do.
        """
        day = self._day(on)
        with self._store.reading() as session:
            account = find_organization(session, organization)
            return self._read(session, col(Organization.id) == account.id, day, about)

    def _day(self, on: date | str | None) -> date:
        today = self._store.now().date()
        return day_of(on or today, today=today, field="on")

    def _read(
        self, session: Session, chosen: ColumnElement[bool], day: date, about: Rule | None
    ) -> tuple[Candidate, ...]:
        rows = session.execute(_accounts(chosen, day, memberships(about, day))).all()
        countries = {row.id: row.country for row in rows}
        ids = list(countries)
        own, areas = own_groups(session), regions(session)
        held, took_part = sectors(session, ids, day), participation(session, ids, day)
        reachable, gone = contacts(session, countries, day, keys=self._keys), departures(session, ids, day)
        fees = FeesOn.of(session, ids, day)
        around = Surroundings.of(session, rows, day, letters=self._letters)
        return tuple(
            _candidate(
                row,
                region=areas.get(row.country),
                sectors=held[row.id].full,
                associate_in=held[row.id].associate,
                own_groups=own[row.study_group],
                participation=tuple(took_part.get(row.id, ())),
                contacts=tuple(reachable.get(row.id, ())),
                left=gone.get(row.id),
                upgrade_fees=fees.of_upgrade(row),
                **around.around(row),
            )
            for row in rows
        )


def _candidate(row: Any, **more: Any) -> Candidate:
    *_, at, kind, office = row
    return Candidate(
        organization_id=row.id,
        name=row.name,
        group_id=row.group_id,
        kind=row.organization_kind,
        country=row.country,
        segment=row.segment,
        size=row.size,
        owner_id=row.owner_id,
        synthetic=row.synthetic,
        term_id=row.term_id,
        category=row.category,
        coverage=row.coverage,
        study_group=row.study_group,
        member_since_on=row.since_on,
        standing=row.standing,
        standing_as_of=row.as_of,
        punctuality=row.punctuality,
        last_touch=at and Touch(at, str(kind), office),
        **more,
    )


def _accounts(chosen: ColumnElement[bool], day: date, held: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The accounts with their memberships and what stands once beside each; the latest touch comes last."""
    touch = latest_interaction()
    return (
        select(
            col(Organization.id),
            col(Organization.name),
            corporate_group().label("group_id"),
            col(Organization.kind).label("organization_kind"),
            col(Organization.country),
            col(Organization.segment),
            col(Organization.size),
            col(Organization.owner_id),
            func.coalesce(
                col(Organization.synthetic) | col(Term.synthetic), col(Organization.synthetic)
            ).label("synthetic"),
            col(Term.id).label("term_id"),
            col(Term.category),
            col(Term.coverage),
            col(Term.study_group),
            col(Term.since_on),
            col(AccountStanding.standing),
            col(AccountStanding.as_of),
            col(AccountStanding.punctuality),
            *touch.c,
        )
        .outerjoin_from(Organization, Term, and_(col(Term.organization_id) == col(Organization.id), held))
        .outerjoin(
            AccountStanding,
            and_(col(AccountStanding.organization_id) == col(Organization.id), standing_on(day)),
        )
        .outerjoin(touch, true())
        .where(stands(Organization), chosen)
        .order_by(col(Organization.id), col(Term.coverage))
    )
