"""The two gates of a message: what may go into it, and what the finished bytes may look like.

Both look at characters and bytes themselves. They do not lean on checks of the standard library, which differ from
one patch version of Python to the next: some turn an encoded word of a subject into a real header.
"""

import binascii
import re
from collections.abc import Set as AbstractSet

from crm.errors import InvalidInput, MailError

LONGEST_LINE = 998
"""Octets of a line without its line end (RFC 5322 2.1.1); also the most characters a header value may have."""

PART_HEADERS = frozenset(
    {
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Content-ID",
        "Content-Language",
        "Content-Description",
    }
)

# Controls (C0, DEL, C1 with NEL), line and paragraph separators, bidi overrides and isolates, halves of characters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]|=\\?",
)
_FIELD = re.compile(rb"([!-9;-~]+):")
_CONTENT_TYPE = re.compile(rb"^Content-Type:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb';\s*boundary="?([^";\s]+)"?', re.IGNORECASE)
_ENCODED_WORD = re.compile(rb"=\?[^?\s]*\?([bBqQ])\?([^?\s]*)\?=")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def header_text(value: str, *, field: str) -> str:
    """A text that may stand in a header; a tab becomes a space.

    Args:
        value: the text in any script, before any encoding.
        field: the name of the field, for the error.

    Raises:
        InvalidInput: it holds a control character, a line break of any kind, a character that turns the direction
            of reading, `=?` (the start of an encoded word, RFC 2047), or is longer than 998 characters.
    """
    if len(value) > LONGEST_LINE:
        hint = f"Shorten it to {LONGEST_LINE} characters at most."
        raise InvalidInput(f"The {field} has {len(value)} characters.", field=field, value=value, hint=hint)
    if found := _FORBIDDEN.search(value):
        hint = "Remove it: such characters can change what a mail program shows or does."
        raise InvalidInput(f"The {field} holds {found[0]!r}.", field=field, value=value, hint=hint)
    return value.replace("\t", " ")


def body_text(value: str, *, field: str) -> str:
    r"""A text that may stand in a body, every line of it ended by `\r\n`.

    Args:
        value: the text in any script; bare carriage returns and line feeds count as line ends.
        field: the name of the field, for the error.

    Raises:
        InvalidInput: it holds a NUL or half a character.
    """
    if "\x00" in value or not _encodable(value):
        raise InvalidInput(
            f"The {field} holds a NUL or half a character.", field=field, hint="Mail cannot carry it."
        )
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    lines = value.replace("\n", "\r\n")
    return lines if not lines or lines.endswith("\r\n") else lines + "\r\n"


def check_output(raw: bytes, *, expected: AbstractSet[str]) -> None:
    r"""Refuse a finished message whose bytes are not exactly what was meant.

    Args:
        raw: the message.
        expected: the names of its headers, each of which must be there once and no other.

    Raises:
        MailError: a bare carriage return or line feed, a header too many, missing, or repeated, a line that is too
            long, an encoded word that hides a control character, or a part that is not closed.
    """
    _check_lines(raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    names = _names(head)
    if odd := expected ^ set(names):
        raise MailError(f"The message does not have exactly the headers meant: {', '.join(sorted(odd))}.")
    _check_parts(head, body)


def _encodable(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_lines(raw: bytes) -> None:
    lines = raw.split(b"\r\n")
    bare = b"".join(lines)
    if b"\r" in bare or b"\n" in bare:
        raise MailError("The message holds a bare carriage return or line feed.")
    if b"\x00" in raw:
        raise MailError("The message holds a NUL.")
    if lines[-1]:
        raise MailError("The last line of the message has no end.")
    if max(map(len, lines)) > LONGEST_LINE:
        raise MailError(f"A line of the message is longer than {LONGEST_LINE} octets.")


def _names(head: bytes) -> list[str]:
    names: list[str] = []
    for line in head.split(b"\r\n") if head else ():
        if line[:1] in (b" ", b"\t") and line.strip() and names:
            continue
        if not (field := _FIELD.match(line)):
            raise MailError("A header of the message is malformed.")
        names.append(field[1].decode("ascii"))
    if len(names) != len({name.lower() for name in names}):
        raise MailError("A header of the message is repeated.")
    _check_words(head)
    return names


def _check_words(head: bytes) -> None:
    for word in _ENCODED_WORD.finditer(head):
        try:
            text = binascii.a2b_base64(word[2]) if word[1] in b"bB" else binascii.a2b_qp(word[2], header=True)
        except binascii.Error as error:
            raise MailError("An encoded word of the message cannot be read.") from error
        if _CONTROL.search(text):
            raise MailError("An encoded word of the message hides a control character.")


def _check_parts(head: bytes, body: bytes) -> None:
    kind = _CONTENT_TYPE.search(head)
    boundary = _BOUNDARY.search(kind[1]) if kind else None
    if not boundary:
        return
    _, *parts, end = (b"\r\n" + body).split(b"\r\n--" + boundary[1])
    if not parts or end != b"--\r\n":
        raise MailError("A multipart of the message is not closed.")
    for part in parts:
        inner_head, gap, inner = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not gap or not part.startswith(b"\r\n") or not PART_HEADERS.issuperset(_names(inner_head)):
            raise MailError("A part of the message does not have exactly the headers meant.")
        _check_parts(inner_head, inner)
