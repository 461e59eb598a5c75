"""Rules that review would otherwise have to repeat."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = [path for room in ("crm", "campaigns", "workers") for path in sorted((ROOT / room).rglob("*.py"))]
TESTS = [
    path for path in sorted((ROOT / "tests").rglob("*.py")) if path != Path(__file__)
]  # it holds what it looks for
_OPEN_ENDS = re.compile(
    r"#.*\b(TODO|FIXME|XXX)\b|raise NotImplementedError|task_always_eager|mark\.(?:skip|xfail)\b"
)
_LONGEST_FILE = 300


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_capability(path):
    if "migrations" in path.parts:
        return
    assert len(path.read_text("utf-8").splitlines()) <= _LONGEST_FILE


def test_commands_and_workers_start_without_the_libraries_that_only_a_few_answers_need():
    code = """
import sys
import campaigns.cli, campaigns.desk, crm, crm.cli.commands, workers.cli, workers.tasks
print(*({"numpy", "scipy", "sklearn", "pandas", "threadpoolctl"} & sys.modules.keys()))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_nothing_is_left_open():
    found = [
        (path.name, match[0])
        for path in (*CODE, *TESTS)
        for match in _OPEN_ENDS.finditer(path.read_text("utf-8"))
    ]
    assert found == []


def test_what_calls_itself_pure_is_held_to_it():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (held,) = (c["source_modules"] for c in contracts if c["name"] == "decisions are pure")
    pure = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in CODE
        if path.name != "__init__.py"
        and re.search(r"\b[Pp]ure\b", path.read_text("utf-8").partition("\n")[0])
    }
    assert pure - {*held} == set()


def test_only_one_module_reads_the_clock():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and _reads_clock(node)
    }
    assert readers == {"crm/clock.py"}


def _reads_clock(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}


def test_every_promise_has_tests_and_every_wish_that_a_test_names_is_promised():
    promised = re.findall(r"^\| (\d+) \|", (ROOT / "docs/promises.md").read_text("utf-8"), re.MULTILINE)
    named = {wish for path in TESTS for wish in re.findall(r"\btest_wish_(\d+)_", path.read_text("utf-8"))}
    assert promised == sorted(named, key=int)


def test_every_decision_is_in_the_index_under_its_title():
    listed = [
        f"- [{path.read_text('utf-8').splitlines()[0].removeprefix('# ')}]({path.name})"
        for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    ]
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8").splitlines()
    assert [line for line in index if line.startswith("- ")] == listed
