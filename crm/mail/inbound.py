"""The inbound door: the raw bytes of a message that came in become an `Answer`. Pure: no clock, database or network.

Sorting asks the most reliable evidence first: the form of a report, then a token of ours, then marks of automatic
mail, then the words. A subject never makes a message a reply.
"""

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crm.mail.answers import (
    Answer,
    AnswerKind,
    BounceRecipient,
    DeliveryAction,
    Sender,
    TokenFound,
)
from crm.mail.automatic import is_absence_note, is_automatic, is_list_mail, is_null_sender
from crm.mail.bounce_wordings import from_a_server, recipients_in, returned_ids
from crm.mail.bounces import STATUS_KINDS, recipients_of, returned_fields
from crm.mail.fields import Fields, message_ids, plain, read_fields
from crm.mail.html_text import text_of
from crm.mail.mailboxes import REACHED, addresses, sender, tokens
from crm.mail.opt_outs import asks_to_stop
from crm.mail.parts import Mail, read_mail
from crm.mail.quotes import own_words

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
    mail = read_mail(raw, defects)
    fields = mail.fields
    reached = addresses(value for name in REACHED for value in fields.every(name))
    subject = plain(fields.first("subject"), defects)
    writer = sender(fields.first("from"), defects)
    wording = _wording(mail, defects)
    bounce = _bounce(mail, wording, writer=writer, subject=subject, reached=reached, defects=defects)
    found = tokens(reached)
    references = _references(mail, wording, reported=bool(bounce))
    text = own_words(wording)[:_LONGEST_OWN_WORDS]
    kind = (
        _reported(mail, bounce, defects)
        or (AnswerKind.UNSUBSCRIBE if any(token.purpose == "unsubscribe" for token in found) else None)
        or (AnswerKind.AUTOMATIC_REPLY if is_automatic(mail, subject=subject, defects=defects) else None)
        or _written(fields, text, writer=writer, ours=bool(found or references))
    )
    return Answer(
        kind=kind,
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=_message_id(fields, defects),
        date=_date(fields.first("date"), defects),
        sender=writer,
        recipients=reached,
        tokens=found + (_returned_tokens(mail) if kind is AnswerKind.COMPLAINT else ()),
        references=references,
        subject=subject,
        text=text,
        bounce=bounce,
        defects=tuple(dict.fromkeys(defects)),
    )


def _reported(mail: Mail, bounce: tuple[BounceRecipient, ...], defects: list[str]) -> AnswerKind | None:
    if feedback := _feedback(mail):
        harmless = feedback.first("feedback-type").lower() in _NO_COMPLAINT
        return AnswerKind.OTHER if harmless else AnswerKind.COMPLAINT
    actions = {recipient.action for recipient in bounce}
    if DeliveryAction.FAILED in actions:
        return AnswerKind.BOUNCE
    if DeliveryAction.DELAYED in actions:
        return AnswerKind.DELAY
    if actions:
        return AnswerKind.OTHER
    if _report_type(mail) == "delivery-status":
        defects.append("report without a recipient")
        return AnswerKind.OTHER
    return None


def _written(fields: Fields, text: str, *, writer: Sender | None, ours: bool) -> AnswerKind:
    if is_list_mail(fields) and not ours:
        return AnswerKind.OTHER
    if asks_to_stop(text, name=writer.name if writer else ""):
        return AnswerKind.UNSUBSCRIBE
    return AnswerKind.REPLY if ours else AnswerKind.OTHER


def _bounce(
    mail: Mail,
    wording: str,
    *,
    writer: Sender | None,
    subject: str,
    reached: tuple[str, ...],
    defects: list[str],
) -> tuple[BounceRecipient, ...]:
    by_server = from_a_server(
        null_sender=is_null_sender(mail.fields), address=writer.address if writer else ""
    )
    status = mail.first(*STATUS_KINDS)
    # A person who forwards a report as an attachment is not reporting.
    if status and (by_server or mail.root.kind in {"multipart/report", *STATUS_KINDS}):
        return recipients_of(status, defects)
    other_report = _report_type(mail) in {"disposition-notification", "feedback-report"}
    if not by_server or other_report or is_absence_note(subject):
        return ()
    failed = mail.fields.first("x-failed-recipients")
    return recipients_in(wording, subject=subject, failed=failed, ours=reached, defects=defects)


def _report_type(mail: Mail) -> str:
    return mail.root.parameters.get("report-type", "").lower() if mail.root.kind == "multipart/report" else ""


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


def _references(mail: Mail, wording: str, *, reported: bool) -> tuple[str, ...]:
    fields = mail.fields
    receipt = mail.first("message/disposition-notification", "message/global-disposition-notification")
    found = [
        *(returned_ids(wording) if reported else ()),
        *(message_ids(read_fields(receipt.data([]), []).first("original-message-id")) if receipt else ()),
        *message_ids(fields.first("in-reply-to")),
        *reversed(message_ids(fields.first("references"))),
    ]
    if reported or _report_type(mail):
        found = [*message_ids(returned_fields(mail).first("message-id")), *found]
    return tuple(dict.fromkeys(found))[:_MOST_REFERENCES]


def _wording(mail: Mail, defects: list[str]) -> str:
    readable = [leaf for leaf in mail.leaves if not leaf.attached]
    said = [leaf.text(defects).strip() for leaf in readable if leaf.kind == "text/plain"]
    if not any(said):
        said = [text_of(leaf.text(defects)) for leaf in readable if leaf.kind == "text/html"]
    if not any(said):
        defects.append("no readable text")
    return "\n\n".join(filter(None, said))


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
