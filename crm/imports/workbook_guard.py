"""Whether a workbook can be opened without harm: its parts are looked at before anything is unpacked.

An .xlsx file is a zip archive of XML. A few kilobytes can unpack to gigabytes, so the sizes in the archive's directory
are checked first; while reading, `zipfile` never gives out more of a part than its directory entry says.
"""

import hashlib
import zipfile
import zlib
from typing import BinaryIO
from xml.parsers import expat

from crm.errors import InvalidInput

MOST_UNPACKED = 1 << 31
"""Bytes of all parts together; a sheet of a million rows and twenty columns has about half of that."""

MOST_HELD = 1 << 28
"""Bytes of what has to be held in memory: everything but the sheets, the shared texts above all."""

MOST_RATIO = 200
"""How many times its packed size a part may unpack to; sheets of real offices reach about 20."""

_MOST_PARTS = 10_000
_SMALL = 1 << 24
_BLOCK = 1 << 20
_SHEETS = "xl/worksheets/"


def ensure_bearable(stream: BinaryIO, *, name: str) -> None:
    """Make sure that a file is the archive of a workbook, and of a bearable size.

    Raises:
        InvalidInput: it is damaged, no workbook, or unpacks to more than it should.
    """
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise damaged(name) from error
    if not any(part.filename.startswith("xl/") for part in parts):
        raise InvalidInput(
            f"{name} is an archive, and no workbook.", subject=name, hint="Save it as .xlsx, or as CSV UTF-8."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidInput(f"{name} has a password.", subject=name, hint="Save it without one.")
    _refuse_bombs(parts, name=name)


def digest_of(stream: BinaryIO) -> str:
    """SHA-256 of a file, in hexadecimal."""
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def ensure_whole(archive: zipfile.ZipFile, part: str, *, name: str) -> int:
    """Read a sheet from beginning to end, so that a damaged one is refused before its first row counts.

    Returns:
        About how many rows it has.

    Raises:
        InvalidInput: it is cut off, its checksum is wrong, or it is no XML.
    """
    parser, rows = expat.ParserCreate(), 0
    try:
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)  # noqa: FBT003 - the signature is expat's
                rows += block.count(b"<row ")
        parser.Parse(b"", True)  # noqa: FBT003
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        KeyError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise damaged(name) from error
    return rows


def damaged(name: str) -> InvalidInput:
    """The error for a workbook that cannot be read."""
    return InvalidInput(
        f"{name} is damaged: it cannot be read as a workbook.",
        subject=name,
        hint="Open it in a spreadsheet and save it again, or save it as CSV UTF-8.",
    )


def _refuse_bombs(parts: list[zipfile.ZipInfo], *, name: str) -> None:
    held = sum(part.file_size for part in parts if not part.filename.startswith(_SHEETS))
    ratios = (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _SMALL)
    if (
        len(parts) > _MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or held > MOST_HELD
        or max(ratios, default=0) > MOST_RATIO
    ):
        raise InvalidInput(
            f"{name} would unpack to far more than it should.",
            subject=name,
            hint="Save the sheet as CSV UTF-8, without pictures and formats.",
        )
