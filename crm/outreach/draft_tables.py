"""Drafts of letters: the table, and how one comes into it and is found there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index
from sqlmodel import Session, col

from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.errors import NotFound, Refused
from crm.mail.rendering import draft
from crm.mail.templates import TemplateVersion
from crm.reference.languages import Language
from crm.store.columns import at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.store import Change


class LetterDraft(Record, table=True):
    """A letter that waits for its author's approval.

    Attributes:
        interaction_id: what it follows up; empty for a reminder.
        text: the words, without the footer.
        outbox_id: the letter that it became.
        discarded_at: when its author decided not to send it.
    """

    __tablename__ = "letter_draft"
    __table_args__ = (
        Index(
            "ix_letter_draft_open",
            "drafted_at",
            postgresql_where="outbox_id IS NULL AND discarded_at IS NULL",
        ),
    )
    changed_by: ClassVar[str] = "book.letters.edit"

    id: int = id_field()
    interaction_id: int | None = ref("interaction.id", optional=True)
    organization_id: int = ref("organization.id")
    person_id: int = ref("person.id")
    author_id: int = ref("staff.id")
    language: Language = choice(Language, name="language")
    template: str
    subject: str = personal()
    text: str = personal()
    drafted_at: datetime = at_field()
    approved_at: datetime | None = at_field(default=None)
    discarded_at: datetime | None = at_field(default=None)
    outbox_id: int | None = ref("outbox.id", optional=True)


def add_draft(
    change: Change,
    version: TemplateVersion,
    facts: Mapping[str, Any],
    *,
    to: Person,
    author: Staff,
    organization_id: int,
    interaction_id: int | None = None,
) -> LetterDraft:
    """Fill in a letter on file as a draft that waits for its author's approval.

    Args:
        change: the verb.
        version: the letter, in the language of its reader.
        facts: what it is filled with.
        to: the reader.
        author: who signs it.
        organization_id: the account.
        interaction_id: what it follows up.

    Raises:
        TemplateError: a fact is missing.
    """
    words = draft(version, facts)
    values = {
        "interaction_id": interaction_id,
        "organization_id": organization_id,
        "person_id": to.id,
        "author_id": author.id,
        "language": Language(version.language),
        "template": version.name,
        "subject": words.subject,
        "text": words.text,
        "drafted_at": change.now,
    }
    return change.add(LetterDraft.model_validate(values))


def waits() -> ColumnElement[bool]:
    """Whether a draft waits for approval; for queries."""
    return col(LetterDraft.outbox_id).is_(None) & col(LetterDraft.discarded_at).is_(None)


def reminds() -> ColumnElement[bool]:
    """Whether a draft is a reminder of the program, and follows up nothing that was logged; for queries."""
    return col(LetterDraft.id).is_not(None) & col(LetterDraft.interaction_id).is_(None)


def find_draft(session: Session, key: int | LetterDraft) -> LetterDraft:
    """Look a draft up by its id."""
    found = session.get(LetterDraft, key.id if isinstance(key, LetterDraft) else key)
    if found is None:
        raise NotFound(f"There is no draft {key}.", field="letter", value=str(key))
    return found


def open_draft(session: Session, key: int | LetterDraft) -> LetterDraft:
    """The same, locked, as long as it waits for approval.

    Raises:
        Refused: it has been approved or discarded.
    """
    found = find_draft(session, key)
    session.refresh(found, with_for_update=True)
    if found.outbox_id is not None or found.discarded_at is not None:
        done = "approved" if found.outbox_id is not None else "discarded"
        raise Refused(f"The draft was {done} before.", rule="letters.once", subject=found.subject)
    return found
