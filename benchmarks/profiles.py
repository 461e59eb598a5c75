"""Where the time of a missed figure goes."""

import cProfile
import io
import pstats
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from psycopg import Connection

_TOP = 40


def profiled(call: Callable[[], object]) -> str:
    """The functions that a call spends its time in, the most expensive first."""
    profile = cProfile.Profile()
    profile.runcall(call)
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(_TOP)
    return text.getvalue()


def explained(connection: Connection, statement: str, parameters: Mapping[str, object] | None = None) -> str:
    """How PostgreSQL answers a statement, with what it read: EXPLAIN (ANALYZE, BUFFERS)."""
    # The statement is one of ours; only its parameters come from elsewhere.
    rows = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}".encode(), parameters)
    return "\n".join(line for (line,) in rows)


def saved(folder: Path, name: str, text: str) -> Path:
    """Keep a profile in a file of the figure's name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-')}.txt"
    path.write_text(text, encoding="utf-8")
    return path
