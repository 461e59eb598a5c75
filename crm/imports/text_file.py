"""Text in a file: how it is encoded, and whether all of it can be read.

The whole file is decoded once before its first row counts, so that a file in another encoding is refused as a whole
and not after half of it.
"""

import codecs
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from crm.errors import InvalidInput

_BLOCK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text that can be read from beginning to end.

    Attributes:
        name: what it is called, for messages.
        digest: SHA-256 of its bytes, in hexadecimal.
        lines: how many lines it has.
    """

    name: str
    digest: str
    lines: int
    _stream: BinaryIO
    _encoding: str

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """Its text from the beginning, line ends as they are."""
        self._stream.seek(0)
        reader = io.TextIOWrapper(self._stream, encoding=self._encoding, newline="")
        try:
            yield reader
        finally:
            reader.detach()


def text_file(stream: BinaryIO, *, name: str, encoding: str | None = None) -> TextFile:
    """Make sure that all of a text can be read.

    Args:
        stream: the file.
        name: what it is called.
        encoding: what it is written in; UTF-8 if left out. A byte order mark of UTF-8 or UTF-16 decides in any case.

    Raises:
        InvalidInput: it is in another encoding; byte and line say where that shows.
    """
    stream.seek(0)
    start = stream.read(3)
    marked = next((known for mark, known in _MARKS.items() if start.startswith(mark)), None)
    chosen = marked or _known_encoding(encoding or "utf-8")
    digest, lines = _survey(stream, name=name, encoding=chosen)
    return TextFile(name, digest, lines, stream, chosen)


def _known_encoding(encoding: str) -> str:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError as error:
        raise InvalidInput(
            f"There is no encoding {encoding!r}.", field="encoding", value=encoding, hint='One is "cp1252".'
        ) from error
    return encoding


def _survey(stream: BinaryIO, *, name: str, encoding: str) -> tuple[str, int]:
    stream.seek(0)
    digest, lines, position = hashlib.sha256(), 0, 0
    decoder = codecs.getincrementaldecoder(encoding)()
    block, text, last = b"-", "", ""
    while block:
        block = stream.read(_BLOCK)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise _undecodable(error, name=name, at=position - held + error.start, line=lines + 1) from error
        digest.update(block)
        lines += text.count("\n")
        position += len(block)
        last = text[-1:] or last
    return digest.hexdigest(), lines + (last not in {"", "\n"})


def _undecodable(error: UnicodeDecodeError, *, name: str, at: int, line: int) -> InvalidInput:
    line += error.object[: error.start].decode(error.encoding, errors="ignore").count("\n")
    wrong = error.object[error.start]
    return InvalidInput(
        f"{name} is not {error.encoding.upper()}: byte 0x{wrong:02x} at position {at}, in line {line}.",
        subject=name,
        field="encoding",
        value=f"0x{wrong:02x}",
        row=line,
        hint='Save it as "CSV UTF-8", or say what it is written in, e.g. encoding="cp1252".',
    )
