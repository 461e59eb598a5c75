"""The published crash table names tests that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "discussions" / "what-happens-when-it-dies-where.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SAME = re.compile(r"the same|the table of faults|the rounds below|an assumption")


def lines():
    """The lines of the tables, each as its cells."""
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if row[-1] not in {"proved by", "---"}]


def functions_of(path):
    module = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_crash_table_names_exists():
    named = NAMED.findall(PAGE.read_text("utf-8"))
    missing = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]
    assert len(named) > 30
    assert missing == []


def test_every_line_of_the_crash_table_says_what_proves_it():
    assert len(lines()) > 25
    assert [row for row in lines() if not NAMED.search(row[-1]) and not SAME.search(row[-1])] == []
