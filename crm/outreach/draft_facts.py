"""What a follow-up letter is filled with: the exchange that it follows up, its reader and who signs."""

from typing import Any

from sqlmodel import Session, select

from crm.directory.people import Person, positions_of
from crm.directory.salutations import salutation_for
from crm.directory.staff import Staff, zone_of
from crm.engagement.interactions import Logged
from crm.outreach.answers import AnswerReceived
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
    facts: dict[str, Any] = {
        "person": {"name": reader.name, **_salutation(session, met, reader, language)},
        "organization": {"name": met.organization.name},
        "manager": {
            "name": author.name,
            "title": author.title,
            "office": session.get_one(Office, author.office).name,
            "email": author.email,
        },
        "interaction": {"kind": met.interaction.kind.value, "on": met_on},
    }
    # The step that comes with a reply reminds us to answer it; nobody has agreed on it with the reader.
    if met.next is not None and answer_behind(session, met.id) is None:
        step: dict[str, Any] = {"what": met.next.what}
        facts["next_step"] = step | ({"due_on": met.next.due_on} if met.next.due_on else {})
    return facts


def answer_behind(session: Session, interaction_id: int) -> AnswerReceived | None:
    """The mail that an interaction was logged from, if it was."""
    return session.exec(select(AnswerReceived).where(AnswerReceived.interaction_id == interaction_id)).first()


def _salutation(session: Session, met: Logged, reader: Person, language: Language) -> dict[str, str]:
    positions = positions_of(session, reader, on=met.interaction.at.date(), organization=met.organization)
    return salutation_for(
        reader.salutation,
        reads=reader.language,
        roles=[position.role for position in positions],
        kind=met.organization.kind,
        language=language,
    )
