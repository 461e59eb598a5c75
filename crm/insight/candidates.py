"""`book.candidates`: the accounts that a campaign could be about, each with what several rooms know of it.

Everything is read set by set: a fixed number of statements however many accounts there are.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, literal, or_, select, true
from sqlmodel import Session, col

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization, corporate_group
from crm.insight.candidate import Candidate, Touch
from crm.insight.candidate_facts import (
    contacts,
    latest_interaction,
    latest_standing,
    own_groups,
    participation,
)
from crm.keyring import KeyRing
from crm.membership.ledger import Term
from crm.reference.categories import Category
from crm.store.store import Store


class Candidates:
    """`book.candidates`: what campaigns may know of accounts.

    Args:
        store: the door to the database.
        keys: key the suppression list.
    """

    def __init__(self, store: Store, *, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys

    def associates(self, on: date | None = None) -> tuple[Candidate, ...]:
        """Every running Associate membership, by account and Sector.

        Args:
            on: the day; today where none is given.
        """
        day = on or self._store.now().date()
        with self._store.reading() as session:
            return self._read(session, day, [])

    def among(self, organizations: Iterable[int], *, on: date | None = None) -> tuple[Candidate, ...]:
        """The running Associate memberships of these accounts.

        Args:
            organizations: their ids; an account that is no Associate is passed over.
            on: the day; today where none is given.
        """
        day, ids = on or self._store.now().date(), list(organizations)
        with self._store.reading() as session:
            return self._read(session, day, [_one_of(col(Term.organization_id), ids)])

    def of(self, organization: OrganizationKey, *, on: date | None = None) -> tuple[Candidate, ...]:
        """The running Associate memberships of one account, one for each Sector; nothing else is touched.

        Args:
            organization: which account.
            on: the day; today where none is given.

        Raises:
            NotFound: nothing answers to the key.
            Ambiguous: several do.
        """
        day = on or self._store.now().date()
        with self._store.reading() as session:
            account = find_organization(session, organization)
            return self._read(session, day, [col(Term.organization_id) == account.id])

    def _read(
        self, session: Session, day: date, only: Sequence[ColumnElement[bool]]
    ) -> tuple[Candidate, ...]:
        runs = (col(Term.since_on) <= day, or_(col(Term.until_on).is_(None), col(Term.until_on) >= day))
        running = (col(Term.category) == Category.ASSOCIATE, *runs, *only)
        ids = select(col(Term.organization_id)).where(*running)
        took_part = participation(session, ids, day)
        reachable = contacts(session, ids, day, keys=self._keys)
        own = own_groups(session)
        return tuple(
            _candidate(
                row,
                own[row.study_group],
                tuple(took_part.get(row.id, ())),
                tuple(reachable.get(row.id, ())),
            )
            for row in session.execute(_memberships(running, day))
        )


def _candidate(row: Any, *more: Any) -> Candidate:
    *facts, at, kind, office = row
    return Candidate(*[*facts, *more, at and Touch(at, str(kind), office)])


def _memberships(running: Iterable[ColumnElement[bool]], day: date) -> Select[*tuple[Any, ...]]:
    """The memberships with what stands once beside each: the fields of a candidate in their order, and the touch."""
    standing, touch = latest_standing(day), latest_interaction()
    return (
        select(
            col(Organization.id),
            col(Organization.name),
            corporate_group(),
            col(Organization.country),
            col(Organization.segment),
            col(Organization.size),
            col(Organization.owner_id),
            col(Organization.synthetic) | col(Term.synthetic),
            col(Term.id),
            col(Term.category),
            col(Term.coverage),
            col(Term.study_group),
            col(Term.since_on),
            *standing.c,
            *touch.c,
        )
        .join_from(Term, Organization, col(Organization.id) == col(Term.organization_id))
        .outerjoin(standing, true())
        .outerjoin(touch, true())
        .where(*running)
        .order_by(col(Organization.id), col(Term.coverage))
    )


def _one_of(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    # One array instead of a parameter each: the protocol takes 65,535 parameters at the most.
    found: ColumnElement[bool] = column == any_(literal(ids, ARRAY(BigInteger)))
    return found
