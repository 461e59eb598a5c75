"""What is known about writing to some people, as plain facts: what they agreed to, and whose their addresses are."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from crm.consent.bases import Purpose
from crm.consent.permission import NOTHING, Permission, Recorded, permission
from crm.directory.tables import OrganizationKind
from crm.insight.candidate import Candidate, Contact
from crm.reference.consent_rules import Basis, ConsentRules, Relation
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence(Shown):
    """What is known about writing to some people for a purpose.

    Attributes:
        purpose: what we should like to write about.
        rules: which grounds suffice where.
        recorded: what is on record, by person; who has nothing on record is not in it.
        domains: the internet domains of each corporate group, by the group's id.
        providers: the domains at which anybody can have a mailbox.
    """

    purpose: Purpose
    rules: ConsentRules
    recorded: Mapping[int, Recorded] = field(default_factory=dict)
    domains: Mapping[int, AbstractSet[str]] = field(default_factory=dict)
    providers: AbstractSet[str] = frozenset()

    def permission(self, account: Candidate, contact: Contact, on: date) -> Permission:
        """Whether we may write to a contact of an account, and on what ground."""
        return permission(
            self.purpose,
            self._recorded(contact),
            relation=relation_of(account),
            country=account.country,
            rules=self.rules,
            on=on,
        )

    def foreign(self, account: Candidate, contact: Contact) -> str | None:
        """Why an address does not look like one of the account's; None: it does, or its owner has confirmed it.

        Whoever consented has given the address themselves. Where no domain of the corporate group is on record, only
        mailboxes that anybody can have are foreign.
        """
        if Basis.CONSENT in self._recorded(contact).grounds:
            return None
        domain = contact.address.rpartition("@")[2].casefold()
        if domain in self.providers:
            return f"{domain} is open to anybody"
        own = self.domains.get(account.group_id, frozenset())
        if own and not any(domain == known or domain.endswith(f".{known}") for known in own):
            return f"{domain} is none of its domains"
        return None

    def _recorded(self, contact: Contact) -> Recorded:
        return self.recorded.get(contact.person_id, NOTHING)


def relation_of(account: Candidate) -> Relation:
    """How an account stands to us."""
    if account.term_id is not None:
        return Relation.MEMBER
    return Relation.ADMINISTRATION if account.kind is OrganizationKind.ADMINISTRATION else Relation.PROSPECT
