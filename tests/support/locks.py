"""Waiting for other connections to wait for a lock."""

from typing import Any

import psycopg

from crm.store.shared_server import wait_until

# Of clients: the server's own housekeeping may wait for a table, too.
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"
)


def blocked(eye: psycopg.Connection[Any], count: int) -> None:
    """Wait until so many connections to the database wait for a lock."""

    def waiting() -> bool:
        (found,) = eye.execute(_WAITING).fetchone() or (0,)
        return bool(found >= count)

    assert wait_until(waiting, seconds=60), "nobody waits"
