"""A letter as the bytes that go to the mail server: a pure function of its row, its wording and who we are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from crm.mail.message import AutoSubmitted, Enclosure, Mailbox, Message
from crm.mail.mime import compose
from crm.mail.rendering import Rendered, filled
from crm.mail.templates import TemplateVersion
from crm.outreach.identity import Identity
from crm.outreach.outbox.inviting import invitation
from crm.outreach.outbox.wordings import restored_facts
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.shown import Shown

_SENDER = "accord"
"""The last word of Feedback-ID: who sends, in 5 to 15 characters, the same for all streams (Gmail's feedback loop)."""


@dataclass(frozen=True, slots=True)
class Envelope(Shown):
    """A message and the addresses that the mail servers go by.

    Attributes:
        sender: the envelope sender, to which bounces come back.
        recipient: the one address that it goes to.
        raw: the message.
        smtputf8: whether every server on the way must take addresses in any script.
    """

    sender: str
    recipient: str
    raw: bytes
    smtputf8: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the message."""
        return sha256(self.raw).hexdigest()


def letter_facts(letter: Letter, identity: Identity) -> dict[str, Any]:
    """What a letter is filled with: the stored facts, and the addresses that follow from its number."""
    facts = restored_facts(letter.facts)
    if _may_stop(letter):
        return {**facts, "unsubscribe": stop_facts(letter.id, identity)}
    if letter.message_class is MessageClass.NOTICE and (page := identity.preferences_page(letter.id)):
        return {**facts, "preferences": {"page": page}}
    return facts


def stop_facts(letter_id: int, identity: Identity) -> dict[str, str]:
    """How to stop such letters: the address to write to, and the page if there is a web part."""
    page = identity.unsubscribe_page(letter_id)
    return {"address": identity.unsubscribe(letter_id), **({"page": page} if page else {})}


def envelope(
    letter: Letter, version: TemplateVersion, identity: Identity, enclosures: Sequence[Enclosure] = ()
) -> Envelope:
    """The message of a letter, the same bytes every time.

    Raises:
        TemplateError: a fact is missing.
        MailError: what came out is not fit to be sent.
        InvalidInput: an address or a name cannot stand in a header.
    """
    body = filled(version, letter_facts(letter, identity))
    message = message_of(letter, body, identity, enclosures)
    return Envelope(identity.bounces(letter.id), message.to.address, compose(message), message.needs_smtputf8)


def message_of(
    letter: Letter, body: Rendered, identity: Identity, enclosures: Sequence[Enclosure] = ()
) -> Message:
    """The message of a letter whose words are there already.

    Raises:
        InvalidInput: an address or a name cannot stand in a header.
    """
    notice = letter.message_class is MessageClass.NOTICE
    may_stop = _may_stop(letter)
    return Message(
        message_id=letter.message_id,
        date=letter.dated_at,
        sender=_colleague(letter.from_name, letter.from_address),
        to=Mailbox(letter.to_name, letter.to_address),
        reply_to=None if notice else Mailbox(letter.from_name, identity.reply(letter.id)),
        subject=body.subject,
        text=body.text,
        html=body.html,
        language=letter.language,
        in_reply_to=letter.in_reply_to,
        references=tuple(letter.references),
        list_unsubscribe=f"mailto:{identity.unsubscribe(letter.id)}?subject=unsubscribe"
        if may_stop
        else None,
        unsubscribe_page=identity.unsubscribe_page(letter.id) if may_stop else None,
        list_id=identity.list_id(letter.stream) if letter.stream else None,
        feedback_id=f"{letter.stream}:{letter.message_class}:{_SENDER}" if letter.stream else None,
        auto_submitted=AutoSubmitted.GENERATED if notice else None,
        enclosures=tuple(enclosures),
        invitation=invitation(letter, body.subject, identity),
    )


@lru_cache(maxsize=256)  # few write to many
def _colleague(name: str, address: str) -> Mailbox:
    return Mailbox(name, address)


def _may_stop(letter: Letter) -> bool:
    return letter.message_class is MessageClass.MARKETING
