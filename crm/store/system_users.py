"""The user of the operating system that a server runs as: you, or for root a user without rights of its own."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from crm.errors import ConfigurationError, StoreError

ROOT = 0
_NAME = "accord-db"
_PATHS = ("PATH", "LD_LIBRARY_PATH")


def server_user(place: Path) -> pwd.struct_passwd:
    """The user that a server keeping its data in a folder runs as.

    PostgreSQL refuses to run as root. For root it is whoever owns the folder already, else the system user
    ``accord-db``, made on first use, else ``nobody`` where no user can be made.

    Args:
        place: the server's own folder; it may not exist yet.

    Raises:
        ConfigurationError: your user id, or the folder's, has no name on this machine.
    """
    if os.geteuid() != ROOT:
        return _named(os.geteuid())
    owner = place.stat().st_uid if place.exists() else ROOT
    if owner != ROOT:
        return _named(owner)
    return _system_user()


def run(
    program: str | Path,
    arguments: Sequence[str | Path],
    *,
    seconds: float,
    user: pwd.struct_passwd | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program apart from our terminal, working folder, environment and open files.

    Args:
        program: its name or path.
        arguments: handed over one by one; no shell reads them.
        seconds: how long it may take.
        user: who runs it, if not we; somebody else only if we are root.
        pass_fds: open files it shall inherit all the same.

    Raises:
        StoreError: it took too long.
        OSError: the program cannot be run by that user.
    """
    other = user if user and user.pw_uid != os.geteuid() else None
    try:
        return subprocess.run(
            [program, *arguments],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
            cwd="/",
            env={**_search_paths(), "LC_ALL": "C"},
            pass_fds=pass_fds,
            umask=0o077,
            start_new_session=True,
            user=other.pw_uid if other else None,
            group=other.pw_gid if other else None,
            extra_groups=[] if other else None,
        )
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"{program} did not end within {seconds:.0f} seconds.") from error


def require_way(folder: Path, *, user: pwd.struct_passwd) -> None:
    """Make sure that a user can get to a folder.

    Args:
        folder: with its full path, links resolved.
        user: who must get there.

    Raises:
        ConfigurationError: a folder on the way is closed to the user; it is named, and left as it is.
    """
    if user.pw_uid == os.geteuid() or _can_enter(folder, user):
        return
    blocking = next(path for path in (*reversed(folder.parents), folder) if not _can_enter(path, user))
    raise ConfigurationError(
        f"{user.pw_name}, the user that runs PostgreSQL for root, cannot enter {blocking}.",
        subject=str(folder),
        value=str(blocking),
        hint=f"Choose a data folder outside {blocking}, for instance /var/lib/accord, or run Accord as an ordinary user.",
    )


def _can_enter(path: Path, user: pwd.struct_passwd) -> bool:
    # Asked of the system, because mode bits do not tell the whole truth (ACLs, security modules).
    return run("test", ["-x", path], seconds=10, user=user).returncode == 0


def _search_paths() -> dict[str, str]:
    # Nothing else of our environment: it may hold secrets, and PG* variables that change what a server does.
    return {"PATH": os.defpath} | {name: os.environ[name] for name in _PATHS if name in os.environ}


def _named(number: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(number)
    except KeyError:
        raise ConfigurationError(
            f"User id {number} has no name on this machine, and PostgreSQL needs one.",
            value=number,
            hint="Add the user to /etc/passwd or set CRM_DATABASE_URL to a running PostgreSQL.",
        ) from None


def _system_user(attempts: int = 3) -> pwd.struct_passwd:
    # Several attempts, because useradd gives up while another process holds /etc/passwd.
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        if not attempts or not _useradd():
            return pwd.getpwnam("nobody")
        return _system_user(attempts - 1)


def _useradd() -> bool:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        run(program, [*options, "--shell", "/usr/sbin/nologin", _NAME], seconds=60)
    return program is not None
