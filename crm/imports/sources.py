"""Where a file to import comes from: a path, or a file that is open for reading; and what kind of file it is."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from crm.errors import InvalidInput, NotFound
from crm.imports.csv_table import table_of
from crm.imports.table import Table
from crm.imports.text_file import text_file

Source = Path | str | IO[bytes] | IO[str]

_BLOCK = 1 << 20
_IN_MEMORY = 1 << 24
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel up to 2003, and any workbook with a password


@contextmanager
def opened_table(
    source: Source, *, columns: Sequence[str] = (), encoding: str | None = None, sheet: str | None = None
) -> Iterator[Table]:
    """Open a file as a table, and make sure that all of it can be read before its first row counts.

    Args:
        source: a path, or a file that is open for reading; one that is open is copied first.
        columns: the columns that are wanted.
        encoding: what a text file is written in, if it is neither UTF-8 nor has a byte order mark.
        sheet: which sheet of a workbook; the first one if left out.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is in another encoding, damaged, no table, or larger than it should be.
    """
    name = _name(source)
    with _stream(source, name) as stream:
        start = stream.read(len(_OLE))
        if start == _OLE:
            raise InvalidInput(
                f"{name} is a workbook of an old Excel, or one with a password.",
                subject=name,
                hint="Save it as .xlsx without a password.",
            )
        if start.startswith(_ZIP):
            # The library for workbooks loads NumPy where it is there; most of what opens a book reads none.
            from crm.imports.workbook import sheet_of  # noqa: PLC0415

            yield sheet_of(stream, name=name, sheet=sheet)
            return
        if sheet is not None:
            raise InvalidInput(
                f"{name} is no workbook: it has no sheets.", subject=name, field="sheet", value=sheet
            )
        yield table_of(text_file(stream, name=name, encoding=encoding), columns=columns)


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
