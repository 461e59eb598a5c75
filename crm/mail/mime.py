"""A message as the bytes that go over the wire: the same message always gives the same bytes.

The standard library's `EmailMessage` serialises a few hundred messages a second; here the frame is fixed and only
the values are encoded. The result goes through the output gate before anybody gets to see it.
"""

import binascii
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from crm.mail.gate import check_output
from crm.mail.header_lines import folded, mailbox_line, text_line
from crm.mail.invitation import METHOD
from crm.mail.message import Enclosure, Message

_ALWAYS = frozenset(
    {"Date", "From", "To", "Message-ID", "Subject", "Content-Language", "MIME-Version", "Content-Type"}
)
ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program posts to unsubscribe its reader (RFC 8058 3.1)."""

_HIGH = bytes(range(128, 256))
_BASE64_LINE = 76
"""Characters of a line of base64 (RFC 2045 6.8)."""


def compose(message: Message) -> bytes:
    r"""The message as it is handed to a mail server, complete up to its last `\r\n`, without the final dot.

    Everything but an address that needs SMTPUTF8 is ASCII, in lines of at most 78 characters where that is possible
    and of 998 in any case. The text comes first and the page second (RFC 2046 5.1.4).

    Args:
        message: what to say; checked when it was constructed.

    Raises:
        MailError: the bytes are not exactly what was meant.
    """
    head = "\r\n".join(_header_lines(message)).encode()
    content = _part("plain", message.text) if _is_plain(message) else _alternatives(message)
    if message.enclosures:
        content = _multipart("mixed", message, [content, *map(_file, message.enclosures)], salt="mixed")
    raw = head + b"\r\n" + content
    check_output(raw, expected=_expected(message))
    return raw


def _header_lines(message: Message) -> Iterator[str]:
    yield f"Date: {_written(message.date)}"
    yield mailbox_line("From", message.sender)
    yield mailbox_line("To", message.to)
    if message.reply_to:
        yield mailbox_line("Reply-To", message.reply_to)
    yield text_line("Subject", message.subject)
    yield folded("Message-ID", [message.message_id])
    if message.in_reply_to:
        yield folded("In-Reply-To", [message.in_reply_to])
    if message.references:
        yield folded("References", message.references)
    for name, value in _stream(message).items():
        yield folded(name, value.split(" "))
    yield f"Content-Language: {message.language}"
    yield "MIME-Version: 1.0"


@lru_cache(maxsize=64)  # the letters that are planned together have the same date
def _written(date: datetime) -> str:
    return format_datetime(date.astimezone(UTC))


def _stream(message: Message) -> dict[str, str]:
    """The headers that say to machines what stream of mail this belongs to."""
    ways_out = [way for way in (message.unsubscribe_page, message.list_unsubscribe) if way]
    values = {
        "List-Id": message.list_id and f"<{message.list_id}>",
        "List-Unsubscribe": ", ".join(f"<{way}>" for way in ways_out),  # the preferred way first (RFC 2369 2)
        "List-Unsubscribe-Post": message.unsubscribe_page and ONE_CLICK,
        "Auto-Submitted": message.auto_submitted,
        "Feedback-ID": message.feedback_id,
    }
    return {name: value for name, value in values.items() if value}


def _expected(message: Message) -> set[str]:
    optional = {
        "Reply-To": message.reply_to,
        "In-Reply-To": message.in_reply_to,
        "References": message.references,
        "Content-Transfer-Encoding": _is_plain(message) and not message.enclosures,
    }
    return {*_ALWAYS, *_stream(message), *(name for name, value in optional.items() if value)}


def _is_plain(message: Message) -> bool:
    return message.html is None and message.invitation is None


def _alternatives(message: Message) -> bytes:
    html = [] if message.html is None else [_part("html", message.html)]
    calendar = [] if message.invitation is None else [_calendar(message.invitation)]
    return _multipart("alternative", message, [_part("plain", message.text), *html, *calendar])


def _calendar(invitation: str) -> bytes:
    # The method stands in the type, too, or calendars take no notice (RFC 6047 2.4).
    head = f"Content-Type: text/calendar; charset=utf-8; method={METHOD}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64(invitation.encode())


def _multipart(kind: str, message: Message, parts: Sequence[bytes], *, salt: str = "") -> bytes:
    # "=_" occurs neither in quoted-printable nor in base64, so no body can hold the boundary (RFC 2045 6.7).
    boundary = b"=_" + sha256(f"{salt}{message.message_id}".encode()).hexdigest()[:32].encode()
    start = b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n' % (kind.encode(), boundary)
    inside = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return start + inside + b"--%b--\r\n" % boundary


def _file(enclosure: Enclosure) -> bytes:
    head = (
        f"Content-Type: {enclosure.media_type}\r\n"
        f'Content-Disposition: attachment; filename="{enclosure.name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + _base64(enclosure.content)


def _part(kind: str, text: str) -> bytes:
    encoding, body = _encoded(text.encode())
    return (
        b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n"
        % (kind.encode(), encoding)
        + body
    )


def _encoded(raw: bytes) -> tuple[bytes, bytes]:
    """The body in the shorter encoding: quoted-printable for Latin letters, base64 for the other scripts."""
    high = len(raw) - len(raw.translate(None, _HIGH))
    if 6 * high <= len(raw):
        return b"quoted-printable", b"".join(map(_quoted, raw.splitlines(keepends=True)))
    return b"base64", _base64(raw)


@lru_cache(maxsize=2048)  # most lines of a page are the same in all letters of a wording
def _quoted(line: bytes) -> bytes:
    return binascii.b2a_qp(line)


def _base64(raw: bytes) -> bytes:
    text = binascii.b2a_base64(raw, newline=False)
    lines = [text[at : at + _BASE64_LINE] for at in range(0, len(text), _BASE64_LINE)]
    return b"\r\n".join([*lines, b""])
