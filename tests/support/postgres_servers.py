"""A PostgreSQL server of one's own, for the tests of the store's lowest floor."""

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from support.server_processes import processes_in

from crm.store import postgres

SWIFT = {"fsync": "off"}
OPEN = """
import sys
from pathlib import Path
from crm.store import postgres
server = postgres.open_server(Path(sys.argv[1]), settings={"fsync": "off"})
"""
USE = OPEN + 'server.ensure_database("accord"); print("open", flush=True); sys.stdin.readline()'


def opened(folder: Path, **settings: str) -> postgres.Server:
    return postgres.open_server(folder, settings={**SWIFT, **settings})


def asked(server: postgres.Server, question: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
    engine = create_engine(server.url(database), poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        result = connection.execute(text(question))
        return [tuple(row) for row in result] if result.returns_rows else []


def pid(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def runs(folder: Path) -> bool:
    return bool(processes_in(folder / "postgres"))
