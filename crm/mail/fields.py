"""The header fields of a message: read from bytes, found by name, decoded (RFC 5322, RFC 2047), all within bounds."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.mail.charsets import decoded, on_one_line

MOST_FIELDS = 2_000
LONGEST_VALUE = 16_000

_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]+")
# Bounded and without overlap between the pieces, so linear on any input.
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;"]{0,1000}))')


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a header in their order, found by name whatever the case."""

    pairs: tuple[tuple[str, str], ...]

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field, as they stand."""
        wanted = name.lower()
        return tuple(value for key, value in self.pairs if key == wanted)

    def first(self, name: str) -> str:
        """The first value of a field, as it stands; "" when the field is missing."""
        return next(iter(self.every(name)), "")

    def has(self, *names: str) -> bool:
        """Whether any of these fields is there."""
        wanted = {name.lower() for name in names}
        return any(key in wanted for key, _ in self.pairs)


def read_fields(header: bytes, defects: list[str]) -> Fields:
    """The fields of a header block; lines that are none are noted and left out.

    Args:
        header: the lines before the first empty one, with plain newlines.
        defects: where to note what was odd.
    """
    folded: list[tuple[bytes, list[bytes]]] = []
    for line in header.split(b"\n"):
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t") and folded:
            folded[-1][1].append(line)
        elif colon and _NAME.fullmatch(name.rstrip(b" \t")):
            folded.append((name.rstrip(b" \t"), [value]))
        elif line.strip():
            defects.append("header line without a name")
    if len(folded) > MOST_FIELDS:
        defects.append("too many header fields")
    return Fields(tuple(_pair(name, lines, defects) for name, lines in folded[:MOST_FIELDS]))


def _pair(name: bytes, lines: list[bytes], defects: list[str]) -> tuple[str, str]:
    value = b" ".join(lines)
    if len(value) > LONGEST_VALUE:
        defects.append("header field too long")
    return name.decode("ascii").lower(), on_one_line(decoded(value[:LONGEST_VALUE], "", defects))


def plain(value: str, defects: list[str]) -> str:
    """A field's value with its encoded words decoded, on one line (RFC 2047).

    Decoding comes after everything that looks for addresses or parameters, and its result is one line:
    an encoded line break or comma can start no field and name no address.
    """
    return on_one_line("".join(_spelt_out(_BETWEEN_WORDS.sub("", value), defects)))


def _spelt_out(value: str, defects: list[str]) -> Iterator[str]:
    end, charset, pending = 0, "", b""
    for word in _ENCODED_WORD.finditer(value):
        # One character may be cut in two by adjoining words, so their bytes are decoded together.
        if pending and (word.start() > end or word[1].lower() != charset):
            yield decoded(pending, charset, defects)
            pending = b""
        yield value[end : word.start()]
        end, charset = word.end(), word[1].lower()
        pending += _word_bytes(word[2].lower(), word[3])
    if pending:
        yield decoded(pending, charset, defects)
    yield value[end:]


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return from_base64(data) if encoding == "b" else binascii.a2b_qp(data, header=True)


def from_base64(data: bytes) -> bytes:
    """Bytes from base64, with whatever can be read of a damaged text."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def parameters(value: str) -> dict[str, str]:
    """The parameters of a field such as Content-Type, by name in lower case (RFC 2045, section 5.1)."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value[:4_000]):
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or bare)
    return found


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a value, angle brackets included, in their order (RFC 5322, section 3.6.4)."""
    return tuple(_MESSAGE_ID.findall(value))
