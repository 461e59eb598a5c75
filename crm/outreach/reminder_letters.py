"""Who reminds whom: the account manager signs, the account's first contact reads, and names stand in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from crm.consent.suppressions import Scope, suppressed
from crm.directory.merged import among
from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.insight.candidate_facts import contacts
from crm.keyring import KeyRing
from crm.outreach.draft_facts import correspondence_facts
from crm.outreach.reminder_rule import Matter
from crm.reference.countries import gazetteer_of
from crm.reference.languages import Language
from crm.reference.sectors import sector_in


@dataclass(frozen=True, slots=True)
class Parties:
    """An account that is to be reminded of something, and the two people of the letter.

    Attributes:
        author: its account manager; None: nobody who works here keeps it.
        reader: its first contact with an address that may be written to; None: there is none.
    """

    account: Organization
    author: Staff | None
    reader: Person | None

    @property
    def obstacle(self) -> str:
        """Why no letter can be drafted; empty where one can."""
        if self.author is None:
            return "nobody keeps the account"
        return "" if self.reader else "no contact with an address that may be written to"


def parties_of(session: Session, ids: Iterable[int], *, on: date, keys: KeyRing) -> dict[int, Parties]:
    """The parties of a letter to each of some accounts, by the account's id.

    Args:
        session: reads the book.
        ids: the accounts.
        on: the day on which positions count.
        keys: key the suppression list. Whoever wants no campaigns is still reminded of what they owe; whoever wants no
            mail at all, or whose address does not exist, is not written to.
    """
    wanted = list(set(ids))
    reachable = contacts(session, wanted, on, keys=keys)
    addresses = {contact.address for found in reachable.values() for contact in found}
    refused = suppressed(session, addresses, keys=keys)
    first = {
        number: next((c.person_id for c in found if Scope.ALL not in refused.get(c.address, ())), 0)
        for number, found in reachable.items()
    }
    accounts = session.exec(select(Organization).where(among(col(Organization.id), wanted)))
    readers = session.exec(select(Person).where(among(col(Person.id), list(first.values()))))
    people = {person.id: person for person in readers}
    staff = {colleague.id: colleague for colleague in session.exec(select(Staff).where(col(Staff.active)))}
    return {
        account.id: Parties(account, staff.get(account.owner_id or 0), people.get(first.get(account.id, 0)))
        for account in accounts
    }


def reminder_facts(
    session: Session, matter: Matter, account: Organization, *, reader: Person, author: Staff, on: date
) -> dict[str, Any]:
    """The facts of the letter that reminds somebody of a matter."""
    language = reader.language or Language.ENGLISH
    facts = correspondence_facts(session, account, reader=reader, author=author, language=language, on=on)
    return {**facts, **_named(session, matter.facts, language)}


def _named(session: Session, facts: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A matter's facts, with the names of its State and its Sector as the reader knows them."""
    named = dict(facts)
    if "state" in facts:
        named["state"] = {"name": gazetteer_of(session).find(facts["state"]["code"]).name(language)}
    if "sector" in facts:
        named["sector"] = {"name": sector_in(facts["sector"]["code"], language)}
    return named
