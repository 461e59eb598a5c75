"""A message as people think of it: who writes to whom, about what, in which language."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.directory.addresses import parse_email
from crm.errors import InvalidInput
from crm.mail.gate import body_text, header_text
from crm.shown import Shown


class AutoSubmitted(StrEnum):
    """That no person pressed the button for this message, so that no machine answers it (RFC 3834 5)."""

    GENERATED = "auto-generated"


_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_ANY_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")  # other people's programs write all kinds
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_MAILTO = re.compile(r"mailto:[!-;=?-~]+@[!-;=?-~]+")
_WEB_PAGE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)+")
_AUTO_SUBMITTED = re.compile("|".join(AutoSubmitted))
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}(\.[a-z0-9]{1,8}){1,2}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_FEEDBACK_ID = re.compile(r"[A-Za-z0-9._-]*(:[A-Za-z0-9._-]*){0,3}")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as in "Amina Odhiambo <amina@acme.example>".

    Attributes:
        name: in any script; may be empty. White space of any kind and number is one space.
        address: kept as it goes to the mail server, its domain in ASCII.

    Raises:
        InvalidInput: the address is none, or the name holds what a header may not.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        _keep(self, "name", " ".join(header_text(self.name, field="name").split()))
        _keep(self, "address", parse_email(self.address, field="address").deliverable)

    @property
    def needs_smtputf8(self) -> bool:
        """Whether every mail server on the way must offer SMTPUTF8 (RFC 6531)."""
        return not self.address.isascii()


@dataclass(frozen=True, slots=True)
class Enclosure(Shown):
    """A file that goes out with a message.

    Attributes:
        name: as its reader gets it: lower-case letters, digits, hyphens and points, so that no name can mislead.
        media_type: e.g. "text/csv".
        content: its bytes.

    Raises:
        InvalidInput: name or type cannot stand in a message.
    """

    name: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        _check(self.name, _FILE_NAME, field="name")
        _check(self.media_type, _MEDIA_TYPE, field="media_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    r"""One letter to one person, complete and checked: what can be constructed can be sent.

    Attributes:
        message_id: with its angle brackets; the same on every attempt.
        date: when it was written; aware.
        sender: the From line.
        to: the one recipient.
        subject: in any script.
        text: the plain form; its lines come to end with `\r\n`.
        html: the same as a page; None for a letter in plain text only.
        language: as in "fr" or "zh-Hans" (BCP 47).
        reply_to: where answers go, if not to the sender.
        in_reply_to: the Message-ID of the mail that this answers.
        references: the Message-IDs of the conversation, oldest first.
        list_unsubscribe: `mailto:unsubscribe+TOKEN@…?subject=unsubscribe` (RFC 2369 3.2).
        unsubscribe_page: `https://…/u/TOKEN`, which also unsubscribes by one POST without further questions (RFC 8058).
        list_id: names the stream of mail, as in `associate-upgrade.accord.example` (RFC 2919).
        auto_submitted: set on notices that a program wrote (RFC 3834 5). Not on letters of a campaign: a person wrote
            and approved each wording and waits for an answer, and a machine that drops automatic mail must not drop
            them. That absence notes stay away is what their list headers are for (RFC 5230 4.6).
        feedback_id: up to four words with colons between, for the statistics of large mail providers.
        enclosures: files that go out with it.
        invitation: an iCalendar object that asks its reader to a meeting, with the page and the text (RFC 6047).

    Raises:
        InvalidInput: a part cannot stand in a message; `field` names it.
    """

    message_id: str
    date: datetime
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str | None = None
    language: str = "en"
    reply_to: Mailbox | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    list_unsubscribe: str | None = None
    unsubscribe_page: str | None = None
    list_id: str | None = None
    auto_submitted: AutoSubmitted | None = None
    feedback_id: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    invitation: str | None = None

    def __post_init__(self) -> None:
        _keep(self, "subject", header_text(self.subject, field="subject"))
        _keep(self, "text", body_text(self.text, field="text"))
        if self.html is not None:
            _keep(self, "html", body_text(self.html, field="html"))
        if self.date.utcoffset() is None:
            raise InvalidInput("The date has no time zone.", field="date", value=self.date)
        for name, pattern in _SHAPES.items():
            _check(getattr(self, name), pattern, field=name)
        for reference in self.references:
            _check(reference, _ANY_MESSAGE_ID, field="references")

    @property
    def needs_smtputf8(self) -> bool:
        """Whether an address in the headers needs SMTPUTF8 (RFC 6531) at the next mail server."""
        mailboxes = (self.sender, self.to, self.reply_to)
        return any(mailbox is not None and mailbox.needs_smtputf8 for mailbox in mailboxes)


_SHAPES = {
    "message_id": _MESSAGE_ID,
    "in_reply_to": _ANY_MESSAGE_ID,
    "language": _LANGUAGE,
    "list_id": _LIST_ID,
    "list_unsubscribe": _MAILTO,
    "unsubscribe_page": _WEB_PAGE,
    "auto_submitted": _AUTO_SUBMITTED,
    "feedback_id": _FEEDBACK_ID,
}


def _check(value: str | None, pattern: re.Pattern[str], *, field: str) -> None:
    if value is None:
        return
    if not pattern.fullmatch(header_text(value, field=field)):
        raise InvalidInput(f"{value!r} cannot stand as {field}.", field=field, value=value)


def _keep(value: object, name: str, checked: str) -> None:
    object.__setattr__(value, name, checked)
