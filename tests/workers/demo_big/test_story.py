"""The demonstration of scale, small and on listed companies, so that it needs no extra."""

import csv
import io
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from support.server_processes import fresh_folder, processes_in

from crm.store.postgres import open_server
from workers.demo.companies import write_companies_csv
from workers.demo.screen import Screen
from workers.demo_big import story


def companies(path: Path, most: int) -> int:
    """Listed companies in the columns of the list of legal entities; they have no LEI."""
    count = write_companies_csv(path, most=most)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {"LEI": "", "Name": row["Company"], "Country": row["Country"]} for row in csv.DictReader(file)
        ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["LEI", "Name", "Country"])
        writer.writeheader()
        writer.writerows(rows)
    return count


@pytest.fixture(scope="module")
def place():
    with fresh_folder() as folder:
        yield folder


def played(place, **more):
    console = Console(width=100, record=True, file=io.StringIO())
    judged = story.play(Screen(console), data=place, entities=300, write=companies, **more)
    return console.export_text(), judged


def databases(place):
    with (
        open_server(place) as server,
        psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection,
    ):
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_it_imports_reports_finds_what_is_there_twice_and_leaves_nothing(place):
    told, judged = played(place, keep=False)
    for words in (
        "For scale only",
        "have no prospect at all",
        "is in the book twice",
        "That took",
        "goes now",
    ):
        assert words in told
    assert sum(judged.known.values()) == 30
    assert judged.recall > 0.6
    assert judged.precision > 0.9
    assert processes_in(place) == []
    assert story.BOOK not in databases(place)


def test_kept_it_says_where(place):
    told, _ = played(place, keep=True)
    assert "export CRM_BOOK=demo_big" in told
    assert story.BOOK in databases(place)
