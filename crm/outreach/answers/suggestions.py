"""Whose mail it may be: the accounts of its sender's address or domain, with the letter that it may answer.

A sender is a claim that nobody has checked, so this is for a person to choose from, and moves nothing by itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from crm.directory.addresses import EmailAddress, parse_email
from crm.directory.merged import among, keeper_of, stands
from crm.directory.people import Person, Position, held_on
from crm.directory.tables import Organization, OrganizationDomain
from crm.errors import InvalidInput
from crm.outreach.outbox_tables import WENT_OUT, Letter
from crm.reference.mailbox_providers import MailboxProvider
from crm.shown import Shown

MOST = 5
"""How many suggestions stand beside a message: what fits more accounts tells nothing."""


Fitting = tuple[Organization, Person | None, str]
"""An account, whose address it is there, and what speaks for it."""


@dataclass(frozen=True, slots=True)
class Suggestion(Shown):
    """An account that a message may have come from.

    Attributes:
        person_id: who has the sender's address; empty where only the domain is known.
        letter_id: the last letter that went out to this person, else to anybody at the account.
        why: what speaks for it.
    """

    organization_id: int
    organization: str
    person_id: int | None
    person: str | None
    letter_id: int | None
    why: str

    def __str__(self) -> str:
        answered = f", letter {self.letter_id}" if self.letter_id else ""
        whose = f"{self.person} at " if self.person else ""
        return f"{whose}{self.organization} ({self.organization_id}{answered}): {self.why}"


def suggestions_for(
    session: Session, senders: Iterable[str], *, on: date
) -> Mapping[str, tuple[Suggestion, ...]]:
    """Whom the senders of some messages may belong to, the likeliest first; by sender, and none where none is known.

    Args:
        session: to read with.
        senders: addresses, as the messages give them.
        on: the day on which positions count.
    """
    known = {given: address for given in set(senders) if (address := _address(given))}
    people = _people(session, {address.canonical for address in known.values()}, on)
    accounts = _writing_from(session, {domain for one in known.values() for domain in _domains(one)})
    found = {given: list(_fitting(address, people, accounts)) for given, address in known.items()}
    pairs = [pair for fitting in found.values() for pair in fitting]
    letters = _last_letters(session, Letter.organization_id, {row.id for row, _, _ in pairs})
    letters |= _last_letters(session, Letter.person_id, {person.id for _, person, _ in pairs if person})
    return {
        given: tuple(_suggestion(row, person, why, letters) for row, person, why in fitting[:MOST])
        for given, fitting in found.items()
    }


def _fitting(
    address: EmailAddress,
    people: Mapping[str, list[tuple[Person, Organization]]],
    accounts: Mapping[str, list[Organization]],
) -> Iterator[Fitting]:
    """The accounts that fit an address, each once with each person: whose it is, then whose domain."""
    seen: set[int] = set()
    for person, row in people.get(address.canonical, ()):
        seen.add(row.id)
        yield row, person, "their address"
    for domain in _domains(address):
        for row in accounts.get(domain, ()):
            if row.id not in seen:
                seen.add(row.id)
                yield row, None, f"writes from {domain}"


def _suggestion(row: Organization, person: Person | None, why: str, letters: Mapping[int, int]) -> Suggestion:
    if person is None:
        return Suggestion(row.id, row.name, None, None, letters.get(row.id), why)
    letter = letters.get(person.id) or letters.get(row.id)
    return Suggestion(row.id, row.name, person.id, person.name, letter, why)


def _people(
    session: Session, forms: Collection[str], on: date
) -> dict[str, list[tuple[Person, Organization]]]:
    """Those who have these addresses, by address, with the accounts where they hold a position."""
    rows = session.exec(select(Person).where(col(Person.email_key).in_(forms))).all()
    form_of = {keeper_of(session, row).id: row.email_key or "" for row in rows}
    held = (
        select(Person, Organization)
        .join(Position, col(Position.person_id) == col(Person.id))
        .join(Organization, col(Organization.id) == col(Position.organization_id))
        .where(among(col(Person.id), form_of), held_on(on), stands(Organization))
    )
    found: dict[str, list[tuple[Person, Organization]]] = {}
    for person, row in session.exec(held.order_by(col(Position.id))):
        found.setdefault(form_of[person.id], []).append((person, row))
    return found


def _writing_from(session: Session, domains: Collection[str]) -> dict[str, list[Organization]]:
    """The accounts of these domains; at that of a provider of mailboxes anybody may be."""
    public = exists().where(
        col(MailboxProvider.domain) == col(OrganizationDomain.domain),
        col(MailboxProvider.retired_on).is_(None),
    )
    query = (
        select(OrganizationDomain.domain, Organization)
        .join(Organization, col(Organization.id) == col(OrganizationDomain.organization_id))
        .where(col(OrganizationDomain.domain).in_(domains), ~public, stands(Organization))
    )
    found: dict[str, list[Organization]] = {}
    for domain, row in session.exec(query.order_by(col(Organization.id))):
        found.setdefault(domain, []).append(row)
    return found


def _last_letters(session: Session, whose: int | None, ids: Collection[int]) -> dict[int, int]:
    """The last letter that went out, by person or by account."""
    query = select(col(whose), col(Letter.id)).where(
        among(col(whose), ids), col(Letter.status).in_(sorted(WENT_OUT))
    )
    latest = query.ext(distinct_on(col(whose))).order_by(
        col(whose), col(Letter.handed_at).desc().nulls_last()
    )
    return {number: letter for number, letter in session.exec(latest) if number is not None}


def _domains(address: EmailAddress) -> list[str]:
    """The domain of an address and those above it, the narrowest first: mail.acme.example, acme.example."""
    parts = address.domain.split(".")
    return [".".join(parts[start:]) for start in range(len(parts) - 1)]


def _address(given: str) -> EmailAddress | None:
    try:
        return parse_email(given)
    except InvalidInput:
        return None
