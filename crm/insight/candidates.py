"""`book.candidates`: the accounts that a campaign could be about, each with what several rooms know of it.

Everything is read set by set: a fixed number of statements however many accounts there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, literal, or_, select
from sqlmodel import Session, col

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization, corporate_group
from crm.insight.candidate import Candidate
from crm.insight.candidate_facts import contacts, participation, standings, successors, touches
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
        facts = {
            "standing": standings(session, ids, day),
            "participation": participation(session, ids, day),
            "contacts": contacts(session, ids, day, keys=self._keys),
            "last_touch": touches(session, ids),
        }
        heirs = successors(session)
        return tuple(_candidate(row, facts, heirs) for row in session.execute(_memberships(running)))


def _memberships(running: Iterable[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Organization.id).label("organization_id"),
            col(Organization.name),
            corporate_group().label("group_id"),
            col(Organization.country),
            col(Organization.segment),
            col(Organization.size),
            col(Organization.owner_id),
            (col(Organization.synthetic) | col(Term.synthetic)).label("synthetic"),
            col(Term.id).label("term_id"),
            col(Term.category),
            col(Term.coverage),
            col(Term.study_group),
            col(Term.since_on).label("member_since_on"),
        )
        .join_from(Term, Organization, col(Organization.id) == col(Term.organization_id))
        .where(*running)
        .order_by(col(Organization.id), col(Term.coverage))
    )


def _candidate(row: Any, facts: Mapping[str, Mapping[int, Any]], heirs: Mapping[str, str]) -> Candidate:
    number = row.organization_id
    standing, as_of, punctuality = facts["standing"].get(number, (None, None, None))
    return Candidate(
        **row._mapping,  # noqa: SLF001 - public in SQLAlchemy, underscored so that no column can hide it
        own_groups=_own_groups(row.study_group, heirs),
        standing=standing,
        standing_as_of=as_of,
        punctuality=punctuality,
        participation=tuple(facts["participation"].get(number, ())),
        contacts=tuple(facts["contacts"].get(number, ())),
        last_touch=facts["last_touch"].get(number),
    )


def _own_groups(group: str | None, heirs: Mapping[str, str]) -> frozenset[str]:
    own: set[str] = set()
    while group is not None and group not in own:
        own.add(group)
        group = heirs.get(group)
    return frozenset(own)


def _one_of(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    # One array instead of a parameter each: the protocol takes 65,535 parameters at the most.
    found: ColumnElement[bool] = column == any_(literal(ids, ARRAY(BigInteger)))
    return found
