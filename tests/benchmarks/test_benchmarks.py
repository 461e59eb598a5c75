"""Benchmarks are code too: each runs at a tiny size, so that none rots. Nothing here asserts a time."""

import json

import pytest
from rich.console import Console

from benchmarks.__main__ import benchmarks_by_name
from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured, as_json, beside, median_of, shown
from benchmarks.sending import explain

BENCHMARKS = benchmarks_by_name()


@pytest.fixture(scope="module")
def bench(server):
    with Bench(server, size=300, runs=1) as bench:
        yield bench


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_yields_figures(name, bench):
    figures = list(BENCHMARKS[name](bench))
    assert figures
    assert all(figure.ours.median > 0 for figure in figures)


def test_the_book_is_kept_and_the_same_for_the_same_size(server):
    names = []
    for _ in range(2):
        with Bench(server, size=120, runs=1) as bench:
            names.append([account.name for account in bench.book.organizations])
    assert names[0] == names[1]
    assert len(names[0]) == 120


def test_every_reference_in_the_book_is_whole(bench):
    # It is filled without asking the foreign keys; here they are asked.
    foreign_keys = bench.connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    for table_, name in foreign_keys:
        definition = bench.connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        ).fetchone()[0]
        bench.connection.execute(f"ALTER TABLE {table_} ADD CONSTRAINT again {definition}")
        bench.connection.execute(f"ALTER TABLE {table_} DROP CONSTRAINT again")


def test_a_figure_is_met_up_to_what_is_allowed():
    ceiling = Measured((2.0, 4.0, 3.0))
    assert Figure("f", Measured((4.5,)), ceiling, 1.5).met is True
    assert Figure("f", Measured((4.6,)), ceiling, 1.5).met is False
    assert Figure("f", Measured((4.6,))).met is None


def test_a_missed_figure_comes_with_its_profile(server, tmp_path):
    with Bench(server, size=300, runs=1, profiles=tmp_path) as bench:
        slow = bench.compare("A slow one", lambda: list(bench.book.organizations), lambda: None, allowed=0)
        fast = bench.compare("A fast one", lambda: None, lambda: None, allowed=1e9)
    said = slow.profile.read_text("utf-8")
    assert "function calls" in said
    assert "Execution Time" in said
    assert fast.profile is None


def test_a_missed_figure_of_the_sending_says_where_the_time_of_the_letters_went(bench):
    said = explain(bench, recipients=10)
    assert "deliver" in said
    assert "advance" in said


def test_the_first_call_is_not_counted():
    calls = []
    assert len(median_of(lambda: calls.append("one"), runs=3).values) == 3
    assert len(calls) == 4
    beside(lambda: calls.append("ours"), lambda: calls.append("theirs"), runs=1)
    assert calls[4:] == ["ours", "theirs", "ours", "theirs"]


def test_figures_are_told_in_a_table_and_as_json():
    figures = [
        Figure("quick", Measured((0.0012,)), Measured((0.001,)), 1.5, "of ten rows"),
        Figure("large", Measured((12.0,), "MB"), Measured((2.0,), "MB"), 1.5),
    ]
    console = Console(width=120)
    with console.capture() as printed:
        console.print(shown(figures))
    assert all(said in printed.get() for said in ("1.2 ms", "1.20", "of ten rows", "12.0 MB", "missed"))
    assert [figure["met"] for figure in json.loads(as_json(figures))] == [True, False]
