"""The outbox: one row per letter, under a key that makes a second one impossible, and the ledger of its delivery."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    or_,
)
from sqlmodel import Field, col

from crm.errors import AlreadyExists
from crm.reference.languages import Language
from crm.store.columns import PERSONAL, at_field, choice, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class MessageClass(StrEnum):
    """What kind of letter it is; decides what happens when it is in doubt whether the server took it.

    Marketing is assumed sent after a while and never sent again, and so is a notice, which a program writes to our own
    staff or because its reader asked for it: the next one is not far. About correspondence a person decides.
    """

    MARKETING = "marketing"
    CORRESPONDENCE = "correspondence"
    NOTICE = "notice"


NEVER_TWICE = (MessageClass.MARKETING, MessageClass.NOTICE)
"""The classes whose letters are assumed sent when no evidence settles a doubt."""


class MessageStatus(StrEnum):
    """Where a letter stands. `handing_off` never goes back to `queued` by a timeout."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING_OFF = "handing_off"
    ACCEPTED = "accepted"
    FAILED = "failed"
    HELD = "held"
    STOPPED = "stopped"
    IN_DOUBT = "in_doubt"
    ASSUMED_SENT = "assumed_sent"


WENT_OUT = frozenset(
    {MessageStatus.HANDING_OFF, MessageStatus.ACCEPTED, MessageStatus.IN_DOUBT, MessageStatus.ASSUMED_SENT}
)
"""Of these the server had, or may have had, the final dot."""

COUNT_AS_SENT = frozenset({MessageStatus.ACCEPTED, MessageStatus.ASSUMED_SENT})
"""These are taken to have arrived."""

UNPROVED = WENT_OUT - {MessageStatus.ACCEPTED}
"""Of these whatever comes back proves that the server had taken them."""

NEVER_LEFT = frozenset({MessageStatus.STOPPED, MessageStatus.FAILED})
"""These never arrive."""

SETTLED = COUNT_AS_SENT | NEVER_LEFT
"""Nothing more becomes of these by itself."""


class Wording(Record, table=True):
    """The words of a letter in one language as they were when it was queued; kept while letters refer to them."""

    __tablename__ = "wording"
    trailed: ClassVar[bool] = False

    sha256: str = Field(primary_key=True)
    name: str
    language: Language = choice(Language, name="language")
    content: dict[str, Any] = json_field()


class Letter(Record, table=True):
    """One letter: what it says is a pure function of its template version and facts, so it can always be shown again.

    It goes to a contact of an account, or to one of our own staff.

    Attributes:
        key: makes the letter unique: (run, step, person), the draft that it was approved from, or (subscription, day).
        stream: the stream of mail it belongs to, the campaign's name; none for correspondence and notices.
        template: hash of the wording; a letter written by hand has the wording ``plain_letter``.
        facts: what the wording is filled with.
        message_id: RFC 5322 Message-ID, the same on every attempt.
        dated_at: the Date header, the same on every attempt.
        due_at: not to be claimed before.
        fence: counts claims; who holds an older number can no longer write.
        lease_until: when a claim lapses.
        tries: how often a worker took it and reached the mail server, or died over it.
        attempts: how often the final dot was about to be written.
        verdict: what the last attempt came to, and why the letter was stopped, failed or held.
        rendered_hash: SHA-256 of the bytes that were handed over.
        may_duplicate: whether a person had it sent again while it was in doubt.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key", name="uq_outbox_key"),
        UniqueConstraint("message_id", name="uq_outbox_message_id"),
        Index("ix_outbox_due", "due_at", "id", postgresql_where="status = 'queued'"),
        Index("ix_outbox_moving", "lease_until", postgresql_where="status IN ('claimed', 'handing_off')"),
        Index("ix_outbox_undecided", "run_id", postgresql_where="status IN ('held', 'in_doubt')"),
        Index("ix_outbox_person_handed", "person_id", "handed_at"),
        Index("ix_outbox_run_settled", "run_id", "settled_at", postgresql_where="settled_at IS NOT NULL"),
        CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name="one_reader"),
        CheckConstraint("(person_id IS NULL) = (organization_id IS NULL)", name="account_of_reader"),
    )
    changed_by: ClassVar[str] = "book.outbox.resend, .assume_sent or .give_up"

    id: int = id_field()
    key: str
    message_class: MessageClass = choice(MessageClass, name="message_class")
    run_id: int | None = ref("run.id", optional=True)
    enrolment_id: int | None = ref("enrolment.id", optional=True)
    step: str | None = None
    stream: str | None = None
    organization_id: int | None = ref("organization.id", optional=True)
    person_id: int | None = ref("person.id", optional=True, index=False)
    staff_id: int | None = ref("staff.id", optional=True)
    to_name: str = personal()
    to_address: str = personal()
    from_name: str
    from_address: str
    language: Language = choice(Language, name="language")
    template: str = Field(foreign_key="wording.sha256")
    facts: dict[str, Any] = json_field(personal=True)
    message_id: str
    in_reply_to: str | None = personal(default=None)
    references: list[str] = Field(default_factory=list, sa_type=ARRAY(String), sa_column_kwargs=PERSONAL)
    dated_at: datetime = at_field()
    status: MessageStatus = choice(MessageStatus, name="status", default=MessageStatus.QUEUED)
    due_at: datetime = at_field()
    fence: int = 0
    lease_until: datetime | None = at_field(default=None)
    tries: int = 0
    attempts: int = 0
    verdict: str = personal(default="")
    rendered_hash: str | None = None
    handed_at: datetime | None = at_field(default=None)
    settled_at: datetime | None = at_field(default=None)
    may_duplicate: bool = False
    queued_at: datetime = at_field()

    @property
    def of_campaign(self) -> bool:
        """Whether refusals of campaigns, the ground to write, the frequency cap and the rates hold for it."""
        return self.run_id is not None or self.message_class is MessageClass.MARKETING


def of_campaign(letter: type[Letter]) -> ColumnElement[bool]:
    """The same for queries, over the outbox or an alias of it."""
    return or_(col(letter.run_id).is_not(None), col(letter.message_class) == MessageClass.MARKETING)


class Enclosed(Record, table=True):
    """A file that goes out with a letter, as it was when the letter was queued.

    Attributes:
        name: of the file, as its reader gets it.
        media_type: e.g. "text/csv".
    """

    __tablename__ = "enclosure"
    trailed: ClassVar[bool] = False  # it stands and falls with its letter

    id: int = id_field()
    outbox_id: int = ref("outbox.id")
    name: str
    media_type: str
    content: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=PERSONAL)


class DeliveryEvent(Record, table=True):
    """One line of the delivery ledger: what happened to a letter. Append-only.

    Attributes:
        what: the status it came to, or what was learned of it.
        phase: how far the SMTP dialogue got.
        detail: the server's words, with the address masked.
    """

    __tablename__ = "delivery"
    append_only: ClassVar[bool] = True
    trailed: ClassVar[bool] = False

    id: int = id_field()
    outbox_id: int = ref("outbox.id")
    at: datetime = at_field()
    what: str
    fence: int
    phase: str | None = None
    code: int | None = None
    detail: str = personal(default="")


means("uq_outbox_key", AlreadyExists, "This letter has been queued already.", field="key")
