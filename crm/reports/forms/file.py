"""Writing a report to a file, whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from crm.errors import InvalidInput


def written(text: str | Iterable[str], path: str | Path | None) -> str | Path:
    """Hand back the text, or put it into a file whole: a reader never sees half a report.

    The text goes to a neighbour of the file first, which then takes its name (POSIX rename is atomic).

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
    target = Path(path)
    neighbour = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        _put(pieces, neighbour, _mode(target))
        neighbour.replace(target)
    except OSError as error:
        neighbour.unlink(missing_ok=True)
        raise InvalidInput(
            f"The report cannot be written to {target}: {error.strerror}.",
            field="path",
            value=str(target),
            hint="Choose a folder that exists and that you may write to.",
        ) from error
    return target


def _mode(target: Path) -> int:
    """Who may read it: as before where the file is replaced, else as the user's umask says."""
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666


def _put(pieces: Iterable[str], path: Path, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(descriptor)
