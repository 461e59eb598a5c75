"""Folders that only their owner can read. What is made here is private; no folder that exists is ever changed."""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from crm.errors import ConfigurationError

_SHELL_CHARACTERS = frozenset('"$`\\\n')
_LONGEST_ADDRESS = 103  # bytes of sun_path without its end: 103 on macOS and the BSDs, 107 on Linux (unix(7))
# Not tempfile.gettempdir(): every process must find the same place, whatever its TMPDIR.
_SHORT_PLACE = Path("/tmp")  # noqa: S108


def data_folder(folder: Path) -> Path:
    """The data folder with its full path, made if it is missing.

    A folder made by root lets other users pass through, though not look: PostgreSQL, which refuses to run as root,
    must reach its own folder below.

    Args:
        folder: where Accord shall keep its data.

    Raises:
        ConfigurationError: the folder cannot be made or written, or its name cannot be handed to a server.
    """
    whole = folder.expanduser().resolve()
    if _SHELL_CHARACTERS & set(str(whole)):
        raise _unfit(whole, 'has a name that a server cannot take: one of " $ ` \\ or a line break.')
    try:
        for path in reversed([path for path in (whole, *whole.parents) if not path.exists()]):
            _make(path, 0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise _unfit(whole, f"cannot be made: {error.strerror}.") from error
    if not whole.is_dir() or not os.access(whole, os.W_OK | os.X_OK):
        raise _unfit(whole, "is not a folder that you can write to.")
    return whole


def private_folder(path: Path, *, owner: int) -> Path:
    """A folder that belongs to one user of the operating system and is closed to everybody else.

    Args:
        path: made if it is missing; its parent must exist.
        owner: the user id whose it shall be.

    Raises:
        ConfigurationError: what is there belongs to someone else, is open to others or is no folder.
    """
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _unfit(path, "is not a folder.")
    if found.st_mode & 0o077:
        raise _unfit(
            path, f"is open to other users (mode {stat.S_IMODE(found.st_mode):o}).", f"Run chmod 700 {path}."
        )
    if found.st_uid not in {owner, os.geteuid()}:
        raise _unfit(path, f"belongs to user id {found.st_uid}, not to {owner}.")
    if found.st_uid != owner:
        os.chown(path, owner, -1, follow_symlinks=False)
    return path


def address_folder(folder: Path, *, socket: str) -> Path:
    """Where a server puts its unix socket: its own folder, or a short one in /tmp when the address would not fit.

    Args:
        folder: the server's own folder; its path decides, so that every process finds the same place.
        socket: the name of the socket in it.
    """
    # A comma separates several hosts in a PostgreSQL connection string and several folders in its settings.
    if len(os.fsencode(folder / socket)) <= _LONGEST_ADDRESS and "," not in str(folder):
        return folder
    return _SHORT_PLACE / f"accord-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def _make(path: Path, mode: int) -> None:
    with suppress(FileExistsError):
        path.mkdir(mode=mode)
        path.chmod(mode)  # the umask may have taken away what the server's user needs


def _unfit(path: Path, why: str, hint: str = "Choose another data folder.") -> ConfigurationError:
    return ConfigurationError(f"The folder {path} {why}", subject=str(path), hint=hint)
