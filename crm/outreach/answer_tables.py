"""A message that came in, as the book keeps it, and whether it waits for a person."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, LargeBinary, UniqueConstraint, and_
from sqlmodel import Field, Session, col

from crm.mail.answers import AnswerKind
from crm.store.columns import PERSONAL, at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.turns import take_turns


class AnswerReceived(Record, table=True):
    """A message that came in.

    Attributes:
        digest: SHA-256 of the bytes; the same message is taken once.
        outbox_id: the letter that it answers; empty where it fits none, for a person to look at.
        effect: what it did, in a word or two.
        set_aside_at: when a person decided that it is nobody's answer.
        set_aside_because: why, in their words.
        raw: the message as it arrived.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("digest", name="uq_answer_digest"),)
    changed_by: ClassVar[str] = "book.answers.assign, where it fits nothing"

    id: int = id_field()
    digest: str
    kind: AnswerKind = choice(AnswerKind, name="kind")
    outbox_id: int | None = ref("outbox.id", optional=True)
    organization_id: int | None = ref("organization.id", optional=True)
    person_id: int | None = ref("person.id", optional=True)
    interaction_id: int | None = ref("interaction.id", optional=True)
    message_id: str | None = personal(default=None)
    sender: str = personal(default="")
    subject: str = personal(default="")
    text: str = personal(default="")
    effect: str = ""
    set_aside_at: datetime | None = at_field(default=None)
    set_aside_because: str = personal(default="")
    received_at: datetime = at_field(index=True)
    raw: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=PERSONAL)


def fits_nothing() -> ColumnElement[bool]:
    """Whether a message fits no letter and nobody's drop address; for queries."""
    return and_(col(AnswerReceived.outbox_id).is_(None), col(AnswerReceived.interaction_id).is_(None))


def waits() -> ColumnElement[bool]:
    """Whether a message waits for a person to say what it is; for queries."""
    return and_(fits_nothing(), col(AnswerReceived.set_aside_at).is_(None))


def one_at_a_time(session: Session, digest: str) -> None:
    """Wait while somebody else takes the same message in, or says what it is."""
    take_turns(session, f"answer.{digest}")
