"""What comes back after a letter, as values: a reply, an automatic reply, a bounce, a complaint, a wish to stop."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from crm.mail.calendar_replies import Participation


class AnswerKind(StrEnum):
    """What a message that came in is, by its headers and form; never by its subject alone.

    A copy is a colleague's own mail; only who knows our colleagues can tell.
    """

    REPLY = "reply"
    CALENDAR_REPLY = "calendar_reply"
    AUTOMATIC_REPLY = "automatic_reply"
    BOUNCE = "bounce"
    DELAY = "delay"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    COPY = "copy"
    OTHER = "other"


class DeliveryAction(StrEnum):
    """What a mail server says it did with a letter for one recipient (RFC 3464, section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


class Sender(NamedTuple):
    """Who a message says it is from; nobody has checked it."""

    address: str
    name: str


class TokenFound(NamedTuple):
    """A token that stood in an address, such as `bounces+TOKEN@…`; nobody has checked its signature yet."""

    purpose: str
    token: str


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """What became of a letter for one of its recipients.

    Args:
        address: the address that the report speaks of; None when it gives none. It need not be the one that we wrote
            to: it may be a member of a list, or what that address was rewritten to.
        action: what the server did.
        status: the enhanced status code such as "5.1.1" (RFC 3463); None when nothing tells.
        diagnostic: what the remote server said, on one line.
        permanent: the same letter to the same address will fail again: action failed with status 5.x.x.
            A 4.x.x that failed has only run out of time (RFC 3463, section 2): this letter is lost,
            the address is not known to be bad.
        policy: the refusal concerns us or what we wrote (x.7.x), not the address; never suppress for it.
        suppress: the address itself takes no mail, by the same table as a refusal at once (`failures`);
            false for a full mailbox or a letter that was too large, although these are permanent, too.
    """

    address: str | None
    action: DeliveryAction
    status: str | None
    diagnostic: str
    permanent: bool
    policy: bool
    suppress: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One message that came in, read and sorted, with nothing believed yet.

    Tokens and references are claims: whoever applies the answer verifies the token's signature or finds
    the Message-ID among the letters sent, and leaves alone what fits neither.

    Args:
        kind: what the message is.
        digest: SHA-256 of the raw bytes in hexadecimal; the same file read twice has the same digest.
        message_id: its own Message-ID with angle brackets.
        date: when it says it was written, in UTC.
        sender: who it says it is from.
        recipients: the addresses that it was sent or delivered to.
        tokens: the tokens in those addresses; for a complaint also the one in the returned envelope sender.
        references: Message-IDs, the most telling first: of the returned letter, then In-Reply-To, then
            References from the nearest to the farthest.
        subject: the subject on one line.
        text: what the person wrote, without quoted text and signature; plain text that may hold `<` and `&`.
        bounce: what became of the letter, per recipient, for a bounce or delay.
        defects: what was odd about the message, without quoting it.
        participation: what a calendar answers to an invitation.
        addressed: whom its writer says it is for, in To and Cc.
    """

    kind: AnswerKind
    digest: str
    message_id: str | None
    date: datetime | None
    sender: Sender | None
    recipients: tuple[str, ...]
    tokens: tuple[TokenFound, ...]
    references: tuple[str, ...]
    subject: str
    text: str
    bounce: tuple[BounceRecipient, ...]
    defects: tuple[str, ...]
    participation: Participation | None = None
    addressed: tuple[str, ...] = ()
