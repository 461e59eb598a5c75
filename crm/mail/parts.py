"""The parts of a message that came in, from raw bytes (RFC 2045, RFC 2046), read in linear time and within bounds.

The parser of the standard library asks every open part about every line and recurses with the nesting, so a
hostile message of 10 MB keeps it busy for minutes or ends it; this one cuts each level once and stops.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.errors import MailError
from crm.mail.charsets import decoded
from crm.mail.fields import Fields, from_base64, parameters, read_fields

LARGEST_MESSAGE = 10 * 1024 * 1024
DEEPEST = 10
MOST_PARTS = 500
LONGEST_TEXT = 256 * 1024

_LARGEST_HEADER = 256 * 1024
_KIND = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_MBOX_LINE = re.compile(rb">?From [^\n]*\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its fields, its media type with parameters, and its content as it travelled."""

    fields: Fields
    kind: str
    parameters: dict[str, str]
    content: bytes

    @property
    def attached(self) -> bool:
        """Whether the part is an attachment, not something to read in place (RFC 2183)."""
        disposition = self.fields.first("content-disposition").lower()
        return disposition.startswith("attachment") or "filename" in disposition or "name" in self.parameters

    def data(self, defects: list[str]) -> bytes:
        """The content without its transfer encoding (RFC 2045, section 6)."""
        encoding = self.fields.first("content-transfer-encoding").lower()
        if encoding == "base64":
            return from_base64(self.content)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.content)
        if encoding not in {"", "7bit", "8bit", "binary"}:
            defects.append("unknown transfer encoding")
        return self.content

    def text(self, defects: list[str]) -> str:
        """The content as text, its first quarter of a megabyte."""
        data = self.data(defects)
        if len(data) > LONGEST_TEXT:
            defects.append("text too long")
        return decoded(data[:LONGEST_TEXT], self.parameters.get("charset", ""), defects)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message cut into its parts: the outer one and, in their order, those that hold no further parts.

    What is inside a returned or attached message is not cut: it is somebody else's.
    """

    root: Part
    leaves: tuple[Part, ...]

    @property
    def fields(self) -> Fields:
        """The fields of the message itself."""
        return self.root.fields

    def first(self, *kinds: str) -> Part | None:
        """The first part of one of these media types."""
        return next((leaf for leaf in self.leaves if leaf.kind in kinds), None)


def read_mail(raw: bytes, defects: list[str]) -> Mail:
    """A message from its raw bytes.

    Args:
        raw: the message as the server kept it; CRLF, LF or CR, with or without an mbox `From ` line.
        defects: where to note what was odd.

    Raises:
        MailError: the message is empty or larger than 10 MB.
    """
    if not raw.strip():
        raise MailError("The message is empty.", field="raw")
    if len(raw) > LARGEST_MESSAGE:
        raise MailError(
            f"The message has {len(raw):,} bytes, more than the {LARGEST_MESSAGE:,} that are read.",
            field="raw",
            hint="Look at it in the mailbox itself.",
        )
    unix = raw.replace(b"\r\n", b"\n")
    lines = unix if b"\n" in unix else unix.replace(b"\r", b"\n")
    root = read_part(_MBOX_LINE.sub(b"", lines, count=1) if _MBOX_LINE.match(lines) else lines, defects)
    leaves = tuple(_leaves(root, 0, _Room(MOST_PARTS), defects))
    return Mail(root, leaves)


def read_part(block: bytes, defects: list[str]) -> Part:
    """One part from its bytes: fields up to the first empty line, then the content."""
    end = 0 if block.startswith(b"\n") else block.find(b"\n\n", 0, _LARGEST_HEADER)
    if end < 0:
        end = min(len(block), _LARGEST_HEADER)
        defects.append("header without an end")
    fields = read_fields(block[:end], defects)
    content_type = fields.first("content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if content_type and not _KIND.fullmatch(kind):
        defects.append("unreadable content type")
    content = block[end:].removeprefix(b"\n").removeprefix(b"\n")
    return Part(fields, kind if _KIND.fullmatch(kind) else "text/plain", parameters(content_type), content)


@dataclass(slots=True)
class _Room:
    """How many more parts are read, over all levels."""

    left: int


def _leaves(part: Part, depth: int, room: _Room, defects: list[str]) -> Iterator[Part]:
    boundary = part.parameters.get("boundary", "")
    if not part.kind.startswith("multipart/"):
        yield part
    elif depth >= DEEPEST:
        defects.append("parts nested too deep")
    elif not boundary:
        defects.append("multipart without a boundary")
        yield Part(part.fields, "text/plain", part.parameters, part.content)
    else:
        for piece in _pieces(part.content, boundary.encode("utf-8", "replace"), room, defects):
            yield from _leaves(read_part(piece, defects), depth + 1, room, defects)


def _pieces(content: bytes, boundary: bytes, room: _Room, defects: list[str]) -> Iterator[bytes]:
    # A pattern that begins with plain text is searched for at the speed of a find.
    delimiter = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\n|\Z)")
    lines = b"\n" + content
    start = None
    for line in delimiter.finditer(lines):
        if start is not None:
            yield lines[start : line.start()]
        if line[1]:
            return
        if room.left == 0:
            defects.append("too many parts")
            return
        room.left -= 1
        start = line.end() + 1
    defects.append("multipart without an end")
    if start is not None:
        yield lines[start:]
