"""`book.permissions`: may we write to somebody about something, and on what ground?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, select
from sqlmodel import Session, col

from crm.consent.bases import Purpose
from crm.consent.permission import NOTHING, Permission, permission, recorded_for
from crm.dates import day_of
from crm.directory.people import PersonKey, Position, find_person, not_over
from crm.directory.tables import (
    Organization,
    OrganizationDomain,
    OrganizationKind,
    corporate_group,
    of_groups,
)
from crm.insight.correspondence import Correspondence
from crm.membership.ledger_tables import Term, running
from crm.reference.consent_rules import Relation, consent_rules_of
from crm.reference.mailbox_providers import MailboxProvider
from crm.store.columns import chosen
from crm.store.store import Store


class Permissions:
    """`book.permissions`: what we may write to whom.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, person: PersonKey, purpose: Purpose | str = Purpose.CAMPAIGNS) -> tuple[Permission, ...]:
        """Whether we may write to a person about something, for each organisation that they stand for.

        Args:
            person: which contact.
            purpose: what about: membership, campaigns, donor or event.
        """
        day = self._store.now().date()
        with self._store.reading() as session:
            row, what = find_person(session, person), chosen(Purpose, purpose, field="purpose")
            recorded = recorded_for(session, [row.id], day).get((row.id, what), NOTHING)
            rules = consent_rules_of(session)
            return tuple(
                permission(what, recorded, relation=Relation(stands), country=country, rules=rules, on=day)
                for country, stands in session.execute(_stood_for(row.id, day))
            )

    def known(
        self, purpose: Purpose, *, people: Iterable[int], groups: Iterable[int], on: date | str
    ) -> Correspondence:
        """What is known about writing to some people, read set by set.

        Args:
            purpose: what we should like to write about.
            people: the ids of those who could be written to.
            groups: the corporate groups of their accounts.
            on: the day.
        """
        day = day_of(on, today=self._store.now().date(), field="on")
        with self._store.reading() as session:
            recorded = recorded_for(session, people, day)
            return Correspondence(
                purpose=purpose,
                rules=consent_rules_of(session),
                recorded={number: what for (number, about), what in recorded.items() if about is purpose},
                domains=_domains(session, groups),
                providers=frozenset(session.scalars(select(col(MailboxProvider.domain)))),
            )


def relation(on: date) -> ColumnElement[str]:
    """How an organisation stands to us on a day; for queries that it stands in."""
    runs = exists().where(col(Term.organization_id) == col(Organization.id), running(on))
    return case(
        (runs, Relation.MEMBER),
        (col(Organization.kind) == OrganizationKind.ADMINISTRATION, Relation.ADMINISTRATION),
        else_=Relation.PROSPECT,
    )


def _stood_for(person_id: int, day: date) -> Select[*tuple[Any, ...]]:
    """The country of each organisation that a person stands for now, and how it stands to us."""
    return (
        select(col(Organization.country), relation(day))
        .join_from(Position, Organization, col(Organization.id) == col(Position.organization_id))
        .where(col(Position.person_id) == person_id, not_over(day))
        .distinct()
    )


def _domains(session: Session, groups: Iterable[int]) -> dict[int, frozenset[str]]:
    """The domains of each corporate group."""
    head = corporate_group()
    query = select(head, col(OrganizationDomain.domain)).join_from(
        OrganizationDomain, Organization, col(Organization.id) == col(OrganizationDomain.organization_id)
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for number, domain in session.execute(query.where(of_groups(groups))):
        found[number].add(domain)
    return {number: frozenset(domains) for number, domains in found.items()}
