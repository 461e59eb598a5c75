"""The version of the database: migrate it up or down, and say where it stands."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from crm.errors import NotMigrated
from crm.store.records import Record
from crm.store.violations import told_in_our_words

_HERE = Path(__file__).parent / "migrations"


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Bring the database up to a version, in one transaction; several may try at once.

    Raises:
        NotMigrated: a newer program has made it.
    """
    with told_in_our_words(), engine.begin() as connection:
        # Two processes that open a new book at the same moment take turns.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('accord.migrate'))")
        _refuse_unknown(MigrationContext.configure(connection).get_current_revision())
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, *, to: str) -> None:
    """Take the database back to an earlier version ("base" for none)."""
    with told_in_our_words(), engine.begin() as connection:
        command.downgrade(_config(connection), to)


def version(engine: Engine) -> str | None:
    """The version that the database is at; None for an empty one."""
    with told_in_our_words(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str | None:
    """The version that this program needs; its migrations are read once."""
    return ScriptDirectory(str(_HERE)).get_current_head()


def ensure_current(engine: Engine) -> None:
    """Refuse a database at another version than this program needs.

    Raises:
        NotMigrated: it has to be migrated first.
    """
    found = version(engine)
    if found != newest():
        raise NotMigrated(
            f"The database is at version {found or 'none'}, this program needs {newest()}.",
            hint="Run `crm migrate`.",
        )


def _refuse_unknown(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory(str(_HERE)).walk_revisions()}
    if found not in {None, *known}:
        raise NotMigrated(
            f"The database is at version {found}, which this program does not know.",
            hint="Use the program that migrated it, or a newer one.",
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Record.metadata
    return config
