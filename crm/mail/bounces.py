"""Delivery reports: what a mail server says became of a letter, per recipient (RFC 3464, in UTF-8 RFC 6533)."""

import re
import sys

from crm.mail.answers import BounceRecipient, DeliveryAction
from crm.mail.charsets import on_one_line
from crm.mail.failures import Phase, Verdict, sort
from crm.mail.fields import Fields, read_fields
from crm.mail.parts import Mail, Part, read_part

STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
RETURNED_KINDS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")

_MOST_RECIPIENTS = 200
_LONGEST_DIAGNOSTIC = 500
_NEVER = 500  # some permanent refusal, where the report gives no reply code
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "action", "status")
# Not part of an IP address or a version number.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_REPLY_CODE = re.compile(r"(?<![\w.#-])([45])\d\d(?=[ -]|$)")
_DIAGNOSTIC_TYPE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,30} ?; ?")
_UTF8_ADDRESS = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_BY_CLASS = {"2": DeliveryAction.DELIVERED, "4": DeliveryAction.DELAYED, "5": DeliveryAction.FAILED}


def recipients_of(report: Part, defects: list[str]) -> tuple[BounceRecipient, ...]:
    """What a delivery-status part says of each recipient.

    Args:
        report: the part of type message/delivery-status or message/global-delivery-status.
        defects: where to note what was odd.
    """
    return read_status(report.data(defects).replace(b"\r\n", b"\n"), defects)


def read_status(blocks: bytes, defects: list[str]) -> tuple[BounceRecipient, ...]:
    """What the blocks of a delivery status say of each recipient; the block about the message as a whole is passed over."""
    cut = re.split(rb"\n[ \t]*\n", blocks.strip(), maxsplit=_MOST_RECIPIENTS)
    read = [read_fields(block, defects) for block in cut[:_MOST_RECIPIENTS]]
    found = [_recipient(fields, defects) for fields in read if fields.has(*_RECIPIENT_FIELDS)]
    if len(cut) > _MOST_RECIPIENTS:
        defects.append("too many recipients in the report")
    return tuple(one for one in found if one)


def _recipient(fields: Fields, defects: list[str]) -> BounceRecipient | None:
    diagnostic = _DIAGNOSTIC_TYPE.sub("", fields.first("diagnostic-code"))
    stated = _STATUS.search(fields.first("status"))
    action = _action(fields.first("action"), stated[0] if stated else status_in(diagnostic), defects)
    if not stated:
        defects.append("report without a status")
    # The final one is what failed: where the original one is a list, a member of it.
    address = _address(fields.first("final-recipient")) or _address(fields.first("original-recipient"))
    return (
        recipient(address, action=action, stated=stated[0] if stated else None, said=diagnostic)
        if action
        else None
    )


def recipient(
    address: str | None, *, action: DeliveryAction, stated: str | None, said: str
) -> BounceRecipient:
    """What became of the letter for one recipient, with what follows from the codes.

    Args:
        address: the address that the server speaks of, if known.
        action: what the server did.
        stated: the status code that the report states.
        said: what the remote server said; its own code wins over a general one such as "5.0.0".
    """
    status = _exact(stated, status_in(said))
    verdict = _verdict(status, said)
    permanent = action is DeliveryAction.FAILED and status is not None and status.startswith("5")
    refused = action in {DeliveryAction.FAILED, DeliveryAction.DELAYED}
    return BounceRecipient(
        address=address,
        action=action,
        status=status,
        diagnostic=on_one_line(said)[:_LONGEST_DIAGNOSTIC],
        permanent=permanent,
        policy=refused and verdict.stop_sender,
        suppress=permanent and verdict.suppress,
    )


def _exact(stated: str | None, said: str | None) -> str | None:
    if stated is None or (stated.endswith(".0.0") and said and said[0] == stated[0]):
        return said
    return stated


def _verdict(status: str | None, said: str) -> Verdict:
    """The same table judges what a server says at once and what it reports later."""
    code = _REPLY_CODE.search(said)
    # What a server gave up on for policy (4.7.x) concerns the sender as well, so all is judged as said for good.
    number = int(code[0]) if code and code[1] == "5" else _NEVER
    return sort(Phase.RCPT, code=number, enhanced=status, text=said)


def status_in(text: str) -> str | None:
    """The enhanced status code in what a server said, or the general one of its reply code (RFC 5321, RFC 3463)."""
    if found := _STATUS.search(text):
        return found[0]
    code = _REPLY_CODE.search(text)
    return f"{code[1]}.0.0" if code else None


def _action(value: str, status: str | None, defects: list[str]) -> DeliveryAction | None:
    word = re.match(r"[A-Za-z]*", value.strip())
    if word and word[0].lower() in set(DeliveryAction):
        return DeliveryAction(word[0].lower())
    defects.append("report without an action")
    return _BY_CLASS[status[0]] if status else None


def _address(value: str) -> str | None:
    kind, typed, rest = value.partition(";")
    address = (rest if typed else kind).strip().strip("<>")
    if kind.strip().lower() == "utf-8":
        address = _UTF8_ADDRESS.sub(_character, address)  # RFC 6533, section 3
    return on_one_line(address)[:320] or None


def _character(match: re.Match[str]) -> str:
    point = int(match[1], 16)
    return chr(point) if point <= sys.maxunicode else "\ufffd"


def returned_fields(mail: Mail) -> Fields:
    """The header of our letter as a report returns it; no fields when it returns none."""
    part = mail.first(*RETURNED_KINDS)
    return read_part(part.data([]), []).fields if part else Fields(())
