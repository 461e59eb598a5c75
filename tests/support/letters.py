"""A letter to compose and to send, with every value of it open to change."""

from datetime import UTC, datetime
from typing import Any

from crm.mail.message import AutoSubmitted, Mailbox, Message

WRITTEN_AT = datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC)


def letter(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "message_id": "<a1b2c3@crm.example>",
        "date": WRITTEN_AT,
        "sender": Mailbox("ITU Membership", "membership@itu.example"),
        "to": Mailbox("Amina Odhiambo", "amina@acme.example"),
        "subject": "Your membership",
        "text": "Dear Amina,\n\nthank you.\n",
        "html": "<p>Dear Amina,</p>\n<p>thank you.</p>\n",
    }
    return Message(**(values | changes))


def full_letter(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "reply_to": Mailbox("", "reply+token@itu.example"),
        "in_reply_to": "<question@acme.example>",
        "references": ("<first@acme.example>", "<question@acme.example>"),
        "list_unsubscribe": "mailto:unsubscribe+token@itu.example?subject=unsubscribe",
        "unsubscribe_page": "https://letters.itu.example/u/token",
        "list_id": "associate-upgrade.itu.example",
        "auto_submitted": AutoSubmitted.GENERATED,
        "feedback_id": "upgrade:letter:itu:crm",
    }
    return letter(**(values | changes))
