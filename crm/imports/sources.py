"""Opening a file for import: where it comes from, how it is encoded, and whether all of it can be read.

The whole file is decoded once before its first row counts, so that a file in another encoding is refused as a whole
and not after half of it.
"""

import codecs
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

from crm.errors import InvalidInput, NotFound

Source = Path | str | IO[bytes] | IO[str]

_BLOCK = 1 << 20
_IN_MEMORY = 1 << 24
_SPREADSHEET = b"PK\x03\x04"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be read from beginning to end.

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


@contextmanager
def opened(source: Source, *, encoding: str | None = None) -> Iterator[SourceFile]:
    """Open a file and make sure that all of it can be read.

    Args:
        source: a path, or a file that is open for reading.
        encoding: what the file is written in; UTF-8 with or without BOM if left out. A UTF-8 BOM decides in any case.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is a spreadsheet, or in another encoding; byte and line say where that shows.
    """
    name = _name(source)
    with _stream(source, name) as stream:
        start = stream.read(len(_SPREADSHEET))
        if start == _SPREADSHEET:
            raise InvalidInput(
                f"{name} is a spreadsheet or an archive, not CSV.",
                subject=name,
                hint='Save it as "CSV UTF-8".',
            )
        known = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else _known_encoding(encoding or "utf-8")
        digest, lines = _survey(stream, name=name, encoding=known)
        yield SourceFile(name, digest, lines, stream, known)


def _name(source: Source) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else "the file"


@contextmanager
def _stream(source: Source, name: str) -> Iterator[BinaryIO]:
    if not isinstance(source, str | Path):
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
            _copy(source, cast("BinaryIO", copy), name)
            copy.seek(0)
            yield cast("BinaryIO", copy)
        return
    try:
        stream = Path(source).open("rb")  # noqa: SIM115 - only the opening may fail in these words
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file {source}.", subject=name, field="source", value=str(source)
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"{source} cannot be read: {error.strerror}.", subject=name, field="source"
        ) from error
    with stream:
        yield stream


def _copy(source: IO[bytes] | IO[str], copy: BinaryIO, name: str) -> None:
    if isinstance(source.read(0), bytes):
        shutil.copyfileobj(cast("IO[bytes]", source), copy, _BLOCK)
        return
    while block := cast("IO[str]", source).read(_BLOCK):
        try:
            copy.write(block.encode())
        except UnicodeEncodeError as error:
            sign = f"U+{ord(block[error.start]):04X}"
            raise InvalidInput(
                f"{name} holds {sign}, half of a character.",
                subject=name,
                hint="Read the file again as UTF-8.",
            ) from error


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
    block, last = b"-", b""
    while block:
        block = stream.read(_BLOCK)
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line = lines + 1 + block[: max(error.start - held, 0)].count(b"\n")
            raise _undecodable(
                stream, error, name=name, at=position - held + error.start, line=line
            ) from error
        digest.update(block)
        lines += block.count(b"\n")
        position += len(block)
        last = block[-1:] or last
    return digest.hexdigest(), lines + (last not in {b"", b"\n"})


def _undecodable(
    stream: BinaryIO, error: UnicodeDecodeError, *, name: str, at: int, line: int
) -> InvalidInput:
    stream.seek(0)
    utf16 = stream.read(2) in _UTF16
    hint = (
        'It looks like UTF-16: give encoding="utf-16".'
        if utf16
        else 'Save it as "CSV UTF-8", or say what it is written in, e.g. encoding="cp1252".'
    )
    wrong = error.object[error.start]
    return InvalidInput(
        f"{name} is not {error.encoding.upper()}: byte 0x{wrong:02x} at position {at}, in line {line}.",
        subject=name,
        field="encoding",
        value=f"0x{wrong:02x}",
        row=line,
        hint=hint,
    )
