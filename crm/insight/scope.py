"""Whom a question is about: an account with its corporate group, a person, or all who are based in a Member State."""

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from crm.directory.merged import stands, with_merged
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.insight.happening import Scope
from crm.insight.subject import SubjectKey, find_subject
from crm.reference.country import Country

ScopeKey = SubjectKey | Country


def scope_of(session: Session, key: ScopeKey, *, group: bool = True) -> Scope:
    """The accounts or people that a key stands for, those merged into them included.

    Args:
        session: the session of the verb.
        key: an organisation or a person, by any reasonable key, or a Member State: the country itself or its ISO alpha-3
            code in capitals, for all organisations that are based there or in a territory it answers for, its
            administration among them.
        group: whether an organisation stands for the corporate group below it.

    Raises:
        NotFound: nothing answers to the key.
        Ambiguous: several do.
    """
    state = _state(session, key)
    if state is not None:
        return Scope(organizations=_based_in(session, state))
    assert not isinstance(key, Country)
    subject = find_subject(session, key)
    if isinstance(subject, Person):
        return scope_of_person(session, subject)
    ids = _with_group(session, subject) if group else [subject.id]
    return Scope(organizations=tuple(session.exec(with_merged(Organization, ids))))


def scope_of_person(session: Session, person: Person) -> Scope:
    """A person, and those merged into them."""
    return Scope(people=tuple(session.exec(with_merged(Person, [person.id]))))


def _state(session: Session, key: ScopeKey) -> str | None:
    if isinstance(key, Country):
        return key.code
    if isinstance(key, str) and len(key) == 3 and key.isascii() and key.isupper():  # noqa: PLR2004 - ISO 3166 alpha-3
        return session.exec(select(Country.code).where(Country.code == key)).first()
    return None


def _based_in(session: Session, code: str) -> tuple[int, ...]:
    places = select(Country.code).where(or_(col(Country.member_state) == code, col(Country.code) == code))
    query = select(Organization.id).where(col(Organization.country).in_(places), stands(Organization))
    return tuple(session.exec(with_merged(Organization, session.exec(query).all())))


def _with_group(session: Session, head: Organization) -> Sequence[int]:
    below = select(Organization.id).where(Organization.id == head.id).cte(recursive=True)
    further = select(Organization.id).join(below, col(Organization.parent_id) == below.c.id)
    further = further.where(stands(Organization))
    return session.exec(select(below.union(further).c.id)).all()
