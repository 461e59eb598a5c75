"""Where the readers of letters are, how their organisations stand to us, and what they agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import exists, select
from sqlmodel import Session, col

from crm.consent.bases import ContactBasis, Purpose
from crm.consent.permission import NOTHING, Permission, Recorded, permission, recorded_for
from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.insight.permissions import relation
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.outreach.queueing import LetterOrder
from crm.outreach.send_hours import SendHours
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
    query = select(col(Organization.id), col(Organization.country), relation(on), agreed).where(
        col(Organization.id).in_({letter.organization_id for letter in marketing})
    )
    rows = session.execute(query).all()
    recorded = recorded_for(session, people, on) if any(row[3] for row in rows) else {}
    return Readers(
        {row[0]: Whereabouts(row[1], Relation(row[2])) for row in rows}, recorded, consent_rules_of(session)
    )


def in_working_hours(
    session: Session, orders: Sequence[LetterOrder], hours: SendHours | None
) -> list[LetterOrder]:
    """The same orders, those of campaigns due when their readers are next at work.

    Args:
        session: the session of the verb that queues them.
        orders: what is to be sent.
        hours: when campaigns may write; None: at any time.
    """
    marketing = [order for order in orders if order.message_class is MessageClass.MARKETING]
    waiting = {order.organization_id for order in marketing if order.organization_id is not None}
    if hours is None or not waiting:
        return list(orders)
    rows = session.execute(
        select(col(Organization.id), col(Organization.country)).where(among(col(Organization.id), waiting))
    )
    countries = {number: country for number, country in rows}  # noqa: C416 - dict() would take the result for a mapping
    return [
        replace(order, due_at=hours.next_opening(countries[order.organization_id], order.due_at))
        if order.message_class is MessageClass.MARKETING
        else order
        for order in orders
    ]
