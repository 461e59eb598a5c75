"""Folders and processes for the tests of the embedded servers."""

import importlib.metadata
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import psutil

from crm.store import shared_server
from crm.store.shared_server import wait_until

REPOSITORY = Path(shared_server.__file__).parents[2]

# An ordinary user who cannot reach the place of the tests (a clone below /root, say) still has the modules that
# were loaded before the rights were dropped, and the servers from a copy.
_AS_ORDINARY_USER = """
import os, pwd, sys
sys.path.insert(0, sys.argv[2])
import json, psutil, psycopg, redis, sqlalchemy
redis.Redis().close()  # loads what it loads late
from crm.store import postgres
from workers import valkey
if os.geteuid() == 0:
    user = pwd.getpwnam("nobody")
    os.setgroups([]); os.setgid(user.pw_gid); os.setuid(user.pw_uid)
    os.environ["HOME"] = "/"
"""


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A path for a data folder that is not there yet; afterwards no process may be left that uses it.

    Not pytest's tmp_path: when root runs the tests that is closed to the user PostgreSQL runs as.
    """
    place = Path(tempfile.mkdtemp(prefix="accord-test-", dir="/tmp")).resolve()
    place.chmod(0o755)
    try:
        yield place / "accord"
        ended = wait_until(lambda: not processes_in(place), seconds=60)
        assert ended, [process.cmdline() for process in processes_in(place)]
    finally:
        for process in processes_in(place):
            process.kill()
        shutil.rmtree(place)


def processes_in(place: Path) -> list[psutil.Process]:
    """The running processes that work in a folder or name it in their command line."""
    found = []
    for process in psutil.process_iter(["cwd", "cmdline"]):
        words = [process.info["cwd"] or "", *(process.info["cmdline"] or [])]
        if process.pid != os.getpid() and any(word and str(place) in word for word in words):
            found.append(process)
    return found


def owner_of(path: Path) -> pwd.struct_passwd:
    return pwd.getpwuid(path.stat().st_uid)


def made(path: Path, mode: int) -> Path:
    """A new folder with exactly this mode, whatever the umask."""
    path.mkdir()
    path.chmod(mode)
    return path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def modes_on_the_way(path: Path) -> dict[Path, int]:
    return {parent: mode(parent) for parent in path.parents}


class Program:
    """A Python program as a process and session of its own; it talks in lines."""

    def __init__(self, code: str, *arguments: object) -> None:
        search = [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
            start_new_session=True,
        )

    def line(self) -> str:
        """The next line it writes; empty when it has ended."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def end(self) -> int:
        """Let it go on to its end (it waits for a line) and say how it ended."""
        self.process.communicate("\n", timeout=60)
        return self.process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def as_ordinary_user(code: str, folder: Path, wheels: Path) -> Program:
    """A program that runs as an ordinary user; ``sys.argv[1]`` is a data folder that this user may make.

    Args:
        code: what to run; `json`, `os`, `psycopg`, `redis`, `sys`, `postgres` and `valkey` are imported.
        folder: a fresh folder; the user's stands beside it.
        wheels: what `copied_wheel` made.
    """
    home = folder.with_name("home")
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    return Program(_AS_ORDINARY_USER + code, home / "accord", wheels)


def copied_wheel(name: str, place: Path) -> Path:
    """A folder for ``sys.path`` with a copy of a wheel, readable for everybody.

    Args:
        name: the name of the distribution.
        place: the folder, made if it is missing.
    """
    wheel = importlib.metadata.distribution(name)
    package = find_spec(name.replace("-", "_"))
    assert package
    assert package.submodule_search_locations
    source = Path(package.submodule_search_locations[0])
    information = Path(str(wheel.locate_file(f"{source.name}-{wheel.version}.dist-info")))
    needless = shutil.ignore_patterns("include", "doc", "__pycache__")
    for part in (source, source.with_name(f"{source.name}.libs"), information):
        if part.exists():
            shutil.copytree(part, place / part.name, ignore=needless)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    return place
