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
from crm.outreach.drafts.facts import correspondence_facts
from crm.outreach.reminders.rule import Matter
from crm.reference.countries import gazetteer_of
from crm.reference.languages import Language
from crm.reference.sectors import sector_in


@dataclass(frozen=True, slots=True)
class Parties:
    """An account that is to be reminded of something, and the two people of the letter.

    Attributes:
        account: None: it is not in the book.
        author: its account manager; None: nobody who works here keeps it.
        reader: its first contact with an address that may be written to; None: there is none.
    """

    account: Organization | None = None
    author: Staff | None = None
    reader: Person | None = None

    @property
    def obstacle(self) -> str:
        """Why no letter can be drafted; empty where one can."""
        if self.account is None:
            return "whom to write to is not in the book"
        if self.author is None:
            return "nobody keeps the account"
        return "" if self.reader else "no contact with an address that may be written to"


def parties_of(
    session: Session, ids: Iterable[int | None], *, on: date, keys: KeyRing
) -> dict[int | None, Parties]:
    """The parties of a letter to each of some accounts, by the account's id; None stands for one that is not in the book.

    Args:
        session: reads the book.
        ids: the accounts.
        on: the day on which positions count.
        keys: key the suppression list. Whoever wants no campaigns is still reminded of what they owe; whoever wants no
            mail at all, or whose address does not exist, is not written to.
    """
    wanted = [number for number in set(ids) if number is not None]
    accounts = session.exec(select(Organization).where(among(col(Organization.id), wanted))).all()
    reachable = contacts(session, {account.id: account.country for account in accounts}, on, keys=keys)
    addresses = {contact.address for found in reachable.values() for contact in found}
    refused = suppressed(session, addresses, keys=keys)
    first = {
        number: next((c.person_id for c in found if Scope.ALL not in refused.get(c.address, ())), 0)
        for number, found in reachable.items()
    }
    readers = session.exec(select(Person).where(among(col(Person.id), list(first.values()))))
    people = {person.id: person for person in readers}
    staff = {colleague.id: colleague for colleague in session.exec(select(Staff).where(col(Staff.active)))}
    found: dict[int | None, Parties] = {None: Parties()}
    for account in accounts:
        author, reader = staff.get(account.owner_id or 0), people.get(first.get(account.id, 0))
        found[account.id] = Parties(account, author, reader)
    return found


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
