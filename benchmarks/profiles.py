"""Where the time of a missed figure goes."""

import cProfile
import io
import pstats
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from psycopg import Connection
from sqlalchemy import Engine, event

_TOP = 40
_WIDEST = 300  # a condition names each of twenty thousand ids


def profiled(call: Callable[[], object]) -> str:
    """The functions that a call spends its time in, the most expensive first."""
    profile = cProfile.Profile()
    profile.runcall(call)
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(_TOP)
    return text.getvalue()


def reads(engine: Engine, call: Callable[[], object]) -> list[tuple[str, Mapping[str, object]]]:
    """The statements that a call reads with, and their parameters."""
    found: list[tuple[str, Mapping[str, object]]] = []

    def note(
        _connection: object, _cursor: object, statement: str, given: Mapping[str, object], *_: object
    ) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


def explained(connection: Connection, statement: str, parameters: Mapping[str, object]) -> str:
    """How PostgreSQL answers a statement, with what it read: EXPLAIN (ANALYZE, BUFFERS)."""
    # The statement is one of ours; only its parameters come from elsewhere.
    rows = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}".encode(), parameters)
    return "\n".join([statement, *(line[:_WIDEST] for (line,) in rows)])


def saved(folder: Path, name: str, text: str) -> Path:
    """Keep a profile in a file of the figure's name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-')}.txt"
    path.write_text(text, encoding="utf-8")
    return path
