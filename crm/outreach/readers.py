"""Where the readers of a window of letters are, how their organisations stand to us, and what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Case, case, exists, or_, select
from sqlmodel import Session, col

from crm.consent.bases import ContactBasis, Purpose
from crm.consent.permission import NOTHING, Permission, Recorded, permission, recorded_for
from crm.directory.tables import Organization, OrganizationKind
from crm.membership.ledger import Term
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.reference.consent_rules import ConsentRules, Relation, consent_rules_of


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an account is, and how it stands to us."""

    country: str | None
    relation: Relation


@dataclass(frozen=True, slots=True)
class Readers:
    """What is known of the readers of some marketing letters.

    Attributes:
        accounts: by the account's id.
        recorded: what is on record, by person and purpose; nearly nobody has anything.
        rules: which grounds suffice where.
    """

    accounts: Mapping[int | None, Whereabouts]
    recorded: Mapping[tuple[int, Purpose], Recorded]
    rules: ConsentRules

    def country(self, letter: Letter) -> str | None:
        """Where a letter's account is, if that is known."""
        found = self.accounts.get(letter.organization_id)
        return found.country if found else None

    def permission(self, letter: Letter, purpose: Purpose, on: date) -> Permission:
        """Whether the reader of a letter may be written to about something."""
        found = self.accounts[letter.organization_id]
        return permission(
            purpose,
            self.recorded.get((letter.person_id or 0, purpose), NOTHING),
            relation=found.relation,
            country=found.country,
            rules=self.rules,
            on=on,
        )


def readers_of(session: Session, letters: Sequence[Letter], on: date) -> Readers:
    """What is known of the readers of the marketing letters among these, as of a day."""
    marketing = [letter for letter in letters if letter.message_class is MessageClass.MARKETING]
    people = {letter.person_id for letter in marketing if letter.person_id is not None}
    if not marketing:
        return Readers({}, {}, ConsentRules())
    agreed = exists().where(col(ContactBasis.person_id).in_(people))
    query = select(col(Organization.id), col(Organization.country), _relation(on), agreed).where(
        col(Organization.id).in_({letter.organization_id for letter in marketing})
    )
    rows = session.execute(query).all()
    recorded = recorded_for(session, people, on) if any(row[3] for row in rows) else {}
    return Readers(
        {row[0]: Whereabouts(row[1], Relation(row[2])) for row in rows}, recorded, consent_rules_of(session)
    )


def _relation(on: date) -> Case[str]:
    runs = exists().where(
        col(Term.organization_id) == col(Organization.id),
        col(Term.since_on) <= on,
        or_(col(Term.until_on).is_(None), col(Term.until_on) >= on),
    )
    return case(
        (runs, Relation.MEMBER),
        (col(Organization.kind) == OrganizationKind.ADMINISTRATION, Relation.ADMINISTRATION),
        else_=Relation.PROSPECT,
    )
