"""What a drafted letter is filled with: its reader, who signs, and what it is about."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from crm.directory.people import Person, positions_of
from crm.directory.salutations import salutation_for
from crm.directory.staff import Staff, zone_of
from crm.directory.tables import Organization
from crm.engagement.interactions import Logged
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.outbox.signing import signed
from crm.reference.languages import Language
from crm.reference.offices import Office


def follow_up_facts(
    session: Session, met: Logged, *, reader: Person, author: Staff, language: Language
) -> dict[str, Any]:
    """The facts of a letter that follows up an interaction.

    Args:
        session: to read with.
        met: what it follows up; the note that was logged is for us, so it is no fact.
        reader: whom the letter goes to.
        author: who signs it.
        language: of the letter.
    """
    met_on = met.interaction.at.astimezone(zone_of(session, author)).date()
    facts = correspondence_facts(
        session,
        met.organization,
        reader=reader,
        author=author,
        language=language,
        on=met.interaction.at.date(),
    )
    facts["interaction"] = {"kind": met.interaction.kind.value, "on": met_on}
    # The step that comes with a reply reminds us to answer it; nobody has agreed on it with the reader.
    if met.next is not None and answer_behind(session, met.id) is None:
        step: dict[str, Any] = {"what": met.next.what}
        facts["next_step"] = step | ({"due_on": met.next.due_on} if met.next.due_on else {})
    return facts


def correspondence_facts(
    session: Session,
    organization: Organization,
    *,
    reader: Person,
    author: Staff,
    language: Language,
    on: date,
) -> dict[str, Any]:
    """What every drafted letter is told: to whom it goes and who signs it.

    Args:
        session: to read with.
        organization: the account.
        reader: whom the letter goes to.
        author: who signs it.
        language: of the letter.
        on: the day on which the reader's position there counts.
    """
    positions = positions_of(session, reader, on=on, organization=organization)
    roles = [position.role for position in positions if position.role]
    salutation = salutation_for(
        reader.salutation, reads=reader.language, roles=roles, kind=organization.kind, language=language
    )
    return {
        "person": {"name": reader.name, **({"role": roles[0]} if roles else {}), **salutation},
        "organization": {"name": organization.name},
        "manager": signed(
            author.name,
            title=author.title,
            email=author.email,
            office=session.get_one(Office, author.office).name,
            office_code=author.office,
            language=language,
        ),
    }


def answer_behind(session: Session, interaction_id: int) -> AnswerReceived | None:
    """The mail that an interaction was logged from, if it was."""
    return session.exec(select(AnswerReceived).where(AnswerReceived.interaction_id == interaction_id)).first()
