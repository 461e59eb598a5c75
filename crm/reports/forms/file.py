"""Writing a report to a file, whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crm.errors import InvalidInput


def written(text: str | Iterable[str], path: str | Path | None) -> str | Path:
    """Hand back the text, or put it into a file whole: a reader never sees half a report.

    Args:
        text: the report, whole or piece by piece; it is written as UTF-8, line ends as they are.
        path: the file; `None` for none.

    Returns:
        The text when there is no path, else the path.

    Raises:
        InvalidInput: the file cannot be written; what stood there before still does.
    """
    pieces = [text] if isinstance(text, str) else text
    if path is None:
        return "".join(pieces)
    with replacing(path) as neighbour, neighbour.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    return Path(path)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A neighbour of a file, to be filled; when the block ends it takes the file's name (POSIX rename is atomic).

    Args:
        path: the file that is made or replaced.

    Raises:
        InvalidInput: the file cannot be written; what stood there before still does.
    """
    target = Path(path)
    neighbour = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        neighbour.touch(_mode(target), exist_ok=False)
        yield neighbour
        _settle(neighbour)
        neighbour.replace(target)
    except OSError as error:
        raise InvalidInput(
            f"The report cannot be written to {target}: {error.strerror}.",
            field="path",
            value=str(target),
            hint="Choose a folder that exists and that you may write to.",
        ) from error
    finally:
        with suppress(OSError):
            neighbour.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """Who may read it: as before where the file is replaced, else as the user's umask says."""
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666


def _settle(path: Path) -> None:
    """Wait until the content is on the disk: the name must not be there before it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
