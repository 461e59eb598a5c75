"""Bounces of mail servers that write no delivery report: known by who sends them and by their wording."""

import re

from crm.mail.answers import BounceRecipient, DeliveryAction
from crm.mail.bounces import read_status, recipient, status_in
from crm.mail.charsets import on_one_line
from crm.mail.fields import message_ids
from crm.mail.mailboxes import addresses
from crm.mail.refusal_wordings import names_a_full_mailbox, names_no_such_recipient

_LONGEST_NOTICE = 20_000
_DAEMONS = re.compile(r"(?:mailer|mail)[-_]?daemon|mdaemon|postmaster|microsoftexchange[0-9a-f]*")
# From here on it is our own letter that speaks.
_COPY = re.compile(
    r"^(?:[- ]{2,80}(?:below this line is a copy|this is a copy of|original message|the body of the message|forwarded message)"
    r"|original message headers:|return-path: |received: from )",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"^(?:> ?)?message-id:[ \t]*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)
_DELAYS = (
    "this is a warning message only",  # Sendmail
    "you do not need to resend",
    "message still undelivered",
    "delivery incomplete",  # Gmail
    "temporary problem delivering your message",
    "has not yet been delivered",  # Exim
    "delivery status notification (delay)",
    "delivery is delayed",  # Exchange
)
_FAILURES = (
    "qmail-send program",
    "couldn't be delivered",  # Microsoft 365
    "could not be delivered to one or more",  # Postfix, Exim
    "permanent fatal errors",  # Sendmail
    "delivery has failed to these recipients",  # Exchange
    "did not reach some or all of the intended recipients",  # Exchange
    "wasn't delivered to",  # Gmail
    "delivery to the following recipient failed",  # Gmail
    "delivery status notification (failure)",
    "n'a pas pu être remis",
    "konnte nicht zugestellt werden",
    "no se puede entregar",
    "no se ha podido entregar",
    "não pôde ser entregue",
    "не удалось доставить",
    "无法投递",
    "تعذر تسليم",
    "لم يتم تسليم",
)
_FAILURE_SUBJECTS = (
    "undeliverable",
    "undelivered mail returned to sender",
    "mail delivery failed",
    "failure notice",
    "returned mail",
    "delivery failure",
    "non remis",
    "unzustellbar",
    "non recapitabile",
    "недоставленное сообщение",
    "退信",
)


def from_a_server(*, null_sender: bool, address: str) -> bool:
    """Whether a message comes from a mail server, not from a person.

    Args:
        null_sender: its envelope had no sender (RFC 5321, section 4.5.5).
        address: the address it says it is from; "" when it names none.
    """
    local = address.partition("@")[0].lower()
    return null_sender or bool(_DAEMONS.fullmatch(local))


def recipients_in(
    notice: str, *, subject: str, failed: str, ours: tuple[str, ...], defects: list[str]
) -> tuple[BounceRecipient, ...]:
    """What a server's notice in free text says of the recipients; nothing when it is no bounce.

    Args:
        notice: the text of the message.
        subject: its subject.
        failed: its field X-Failed-Recipients (Exim, Gmail).
        ours: the addresses the notice was sent to, so that they are not taken for the failed one.
        defects: where to note what was odd.
    """
    said = _COPY.split(notice[:_LONGEST_NOTICE], maxsplit=1)[0]
    if "final-recipient:" in said.lower():
        return read_status(said.encode("utf-8", "replace"), defects)
    words = on_one_line(f"{subject} {said}").replace("\u2019", "'").lower()
    action = _action(words, subject.lower())
    if action is None:
        return ()
    defects.append("bounce in free text")
    named = addresses([failed]) or tuple(a for a in addresses([said]) if a not in ours)[:1] or (None,)
    stated = status_in(said) or _reason(words)
    return tuple(recipient(address, action=action, stated=stated, said=_gist(said)) for address in named)


def _action(words: str, subject: str) -> DeliveryAction | None:
    if any(wording in words for wording in _DELAYS):
        return DeliveryAction.DELAYED
    failed = any(wording in words for wording in _FAILURES) or any(
        wording in subject for wording in _FAILURE_SUBJECTS
    )
    return DeliveryAction.FAILED if failed else None


def _reason(text: str) -> str | None:
    if names_a_full_mailbox(text):
        return "5.2.2"
    return "5.1.1" if names_no_such_recipient(text) else None


def _gist(said: str) -> str:
    lines = [line.strip() for line in said.split("\n") if line.strip()]
    return next((line for line in lines if status_in(line)), " ".join(lines))


def returned_ids(notice: str) -> tuple[str, ...]:
    """The Message-IDs of the letter that a notice in free text quotes or appends."""
    return tuple(
        found for line in _MESSAGE_ID.findall(notice[: 10 * _LONGEST_NOTICE]) for found in message_ids(line)
    )
