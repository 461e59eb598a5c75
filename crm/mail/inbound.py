"""The inbound door: the raw bytes of a message that came in become an `Answer`. Pure: no clock, database or network.

Sorting asks the most reliable evidence first: the form of a report, then a token of ours, then marks of automatic
mail, then the words. A subject never makes a message a reply.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crm.mail.answers import Answer, AnswerKind, BounceRecipient, DeliveryAction, Sender, TokenFound
from crm.mail.automatic import RECEIPT_KINDS, is_absence_note, is_automatic, is_list_mail, is_null_sender
from crm.mail.bounce_wordings import from_a_server, recipients_in, returned_ids
from crm.mail.bounces import STATUS_KINDS, recipients_of, returned_fields
from crm.mail.calendar_replies import Participation, participation
from crm.mail.fields import Fields, message_ids, plain, read_fields
from crm.mail.mailboxes import ADDRESSED, REACHED, addresses, sender, tokens
from crm.mail.opt_outs import asks_to_stop
from crm.mail.parts import Mail, read_mail
from crm.mail.quotes import own_words
from crm.mail.reading import wording

__all__ = ["Answer", "AnswerKind", "BounceRecipient", "DeliveryAction", "Sender", "TokenFound", "parse"]

_MOST_REFERENCES = 100
_LONGEST_OWN_WORDS = 100_000
# Feedback reports that are no complaint: RFC 6430 and RFC 6591.
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}


def parse(raw: bytes) -> Answer:
    """What came in: a reply, an automatic reply, a bounce, a delay, a wish to stop, a complaint, or something else.

    Nothing in the answer has been verified: a forged bounce is a bounce here, and means nothing once its token
    or Message-ID turns out not to be ours.

    Args:
        raw: the message as the mail server kept it (RFC 5322), up to 10 MB.

    Returns:
        The answer; what was odd about the message stands in its `defects`.

    Raises:
        MailError: the message is empty or too large.
    """
    defects: list[str] = []
    letter = _read(raw, defects)
    bounce = _bounce(letter, defects)
    references = _references(letter, reported=bool(bounce))
    text = own_words(letter.wording)[:_LONGEST_OWN_WORDS]
    says = participation(letter.mail, defects)
    kind = _reported(letter, bounce, defects) or _sent(
        letter, text, ours=letter.answers_us or bool(references), says=says, defects=defects
    )
    return Answer(
        kind=kind,
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=_message_id(letter.mail.fields, defects),
        date=_date(letter.mail.fields.first("date"), defects),
        sender=letter.sender,
        recipients=letter.recipients,
        tokens=letter.tokens + (_returned_tokens(letter.mail) if kind is AnswerKind.COMPLAINT else ()),
        references=references,
        subject=letter.subject,
        text=text,
        bounce=bounce,
        defects=tuple(dict.fromkeys(defects)),
        participation=says if kind is AnswerKind.CALENDAR_REPLY else None,
        addressed=addresses(value for name in ADDRESSED for value in letter.mail.fields.every(name)),
    )


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message taken apart, not yet sorted."""

    mail: Mail
    sender: Sender | None
    recipients: tuple[str, ...]
    tokens: tuple[TokenFound, ...]
    subject: str
    wording: str

    @property
    def address(self) -> str:
        return self.sender.address if self.sender else ""

    @property
    def answers_us(self) -> bool:
        # The address that colleagues copy their own mail to is in no letter of ours.
        return any(token.purpose != "log" for token in self.tokens)

    @property
    def report(self) -> str:
        root = self.mail.root
        return root.parameters.get("report-type", "").lower() if root.kind == "multipart/report" else ""


def _read(raw: bytes, defects: list[str]) -> _Letter:
    mail = read_mail(raw, defects)
    reached = addresses(value for name in REACHED for value in mail.fields.every(name))
    return _Letter(
        mail=mail,
        sender=sender(mail.fields.first("from"), defects),
        recipients=reached,
        tokens=tokens(reached),
        subject=plain(mail.fields.first("subject"), defects),
        wording=wording(mail, defects),
    )


def _bounce(letter: _Letter, defects: list[str]) -> tuple[BounceRecipient, ...]:
    mail = letter.mail
    by_server = from_a_server(null_sender=is_null_sender(mail.fields), address=letter.address)
    status = mail.first(*STATUS_KINDS)
    # A person who passes a report on as an attachment is not reporting.
    if status and (by_server or mail.root.kind in {"multipart/report", *STATUS_KINDS}):
        return recipients_of(status, defects)
    other_report = letter.report not in {"", "delivery-status"}
    if not by_server or other_report or is_absence_note(letter.subject):
        return ()
    failed = mail.fields.first("x-failed-recipients")
    return recipients_in(
        letter.wording, subject=letter.subject, failed=failed, ours=letter.recipients, defects=defects
    )


def _reported(letter: _Letter, bounce: tuple[BounceRecipient, ...], defects: list[str]) -> AnswerKind | None:
    if feedback := _feedback(letter.mail):
        harmless = feedback.first("feedback-type").lower() in _NO_COMPLAINT
        return AnswerKind.OTHER if harmless else AnswerKind.COMPLAINT
    actions = {recipient.action for recipient in bounce}
    if DeliveryAction.FAILED in actions:
        return AnswerKind.BOUNCE
    if DeliveryAction.DELAYED in actions:
        return AnswerKind.DELAY
    if letter.report == "delivery-status" and not actions:
        defects.append("report without a recipient")
    return AnswerKind.OTHER if actions or letter.report == "delivery-status" else None


def _sent(
    letter: _Letter, text: str, *, ours: bool, says: Participation | None, defects: list[str]
) -> AnswerKind:
    # Only our List-Unsubscribe field names this address, so mail programs may write to it on a person's behalf.
    if any(token.purpose == "unsubscribe" for token in letter.tokens):
        return AnswerKind.UNSUBSCRIBE
    # A person pressed its button, whatever the program that wrote it says of itself.
    if says and ours:
        return AnswerKind.CALENDAR_REPLY
    if is_automatic(letter.mail, address=letter.address, subject=letter.subject, defects=defects):
        return AnswerKind.AUTOMATIC_REPLY
    if is_list_mail(letter.mail.fields) and not ours:
        return AnswerKind.OTHER
    if asks_to_stop(text, name=letter.sender.name if letter.sender else ""):
        return AnswerKind.UNSUBSCRIBE
    return AnswerKind.REPLY if ours else AnswerKind.OTHER


def _feedback(mail: Mail) -> Fields | None:
    part = (
        mail.first("message/feedback-report")
        if mail.root.kind.startswith(("multipart/report", "message/"))
        else None
    )
    return read_fields(part.data([]), []) if part else None


def _returned_tokens(mail: Mail) -> tuple[TokenFound, ...]:
    feedback = _feedback(mail) or Fields(())
    envelope = (feedback.first("original-mail-from"), returned_fields(mail).first("return-path"))
    return tuple(token for token in tokens(addresses(envelope)) if token.purpose == "bounces")


def _references(letter: _Letter, *, reported: bool) -> tuple[str, ...]:
    mail = letter.mail
    receipt = mail.first(*RECEIPT_KINDS)
    found = [
        *(message_ids(returned_fields(mail).first("message-id")) if reported or letter.report else ()),
        *(returned_ids(letter.wording) if reported else ()),
        *(message_ids(read_fields(receipt.data([]), []).first("original-message-id")) if receipt else ()),
        *message_ids(mail.fields.first("in-reply-to")),
        *reversed(message_ids(mail.fields.first("references"))),
    ]
    return tuple(dict.fromkeys(found))[:_MOST_REFERENCES]


def _message_id(fields: Fields, defects: list[str]) -> str | None:
    own = next(iter(message_ids(fields.first("message-id"))), None)
    if own is None:
        defects.append("no Message-ID")
    return own


def _date(value: str, defects: list[str]) -> datetime | None:
    try:
        read = parsedate_to_datetime(value[:100])
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        defects.append("no readable date")
        return None
