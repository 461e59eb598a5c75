"""Whatever can be done in Python can be done on the command line."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crm.reports.shelf import REPORTS

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = "".join(
    path.read_text("utf-8")
    for folder in ("crm/cli", "campaigns", "workers")
    for path in sorted((ROOT / folder).glob("*.py"))
)
NOT_FOR_PEOPLE = {
    "handover": "workers hand letters over; nobody does it by hand",
    "job_slots": "workers take the slots of scheduled jobs",
    "preferences": "readers choose on the web pages; colleagues use bases, suppressions and people",
    "runs": "the campaign desk writes through it",
}


def verbs(facet):
    """The public methods of a facet that change the book, themselves or through private ones."""
    kind = type(facet)
    for name, _ in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and _changes(kind, name, set()):
            yield name


def _changes(kind, name, seen):
    if name in seen or not hasattr(kind, name):
        return False
    source = inspect.getsource(getattr(kind, name))
    called = re.findall(r"self\.(_\w+)\(", source)
    return ".changing(" in source or any(_changes(kind, other, seen | {name}) for other in called)


def facets(book):
    for name, facet in vars(book).items():
        if (
            not name.startswith("_")
            and type(facet).__module__.startswith("crm.")
            and name not in NOT_FOR_PEOPLE
        ):
            yield name, facet


def used(name):
    """Whether a command calls what the book has under a name, or hands it on to be called."""
    return re.search(rf"\bbook\.{re.escape(name)}\b", COMMANDS) is not None


def test_every_verb_of_the_book_has_a_command(book):
    shortcuts = {
        shortcut.__func__: name for name, shortcut in vars(book).items() if inspect.ismethod(shortcut)
    }
    missing = [
        f"book.{facet}.{verb}"
        for facet, found in facets(book)
        for verb in verbs(found)
        if not used(f"{facet}.{verb}") and not used(shortcuts.get(getattr(type(found), verb), "?"))
    ]
    assert missing == []


def test_what_is_not_for_people_is_a_facet_of_the_book(book):
    assert NOT_FOR_PEOPLE.keys() <= vars(book).keys()


def test_every_report_has_a_command(crm):
    shown = crm("report", "--help").stdout
    assert [name for name in REPORTS if name not in shown] == []


@pytest.mark.parametrize(
    ("words", "expected"), [("crm rep", "report"), ("crm report prospects-", "prospects-by-state")]
)
def test_the_shell_completes_commands(crm, words, expected):
    asked = {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-c", "from crm.cli import main; main()"]
    said = subprocess.run(
        command, env={**os.environ, **asked}, capture_output=True, text=True, check=False, timeout=60
    )
    assert expected in said.stdout.split()


def test_a_python_prompt_has_the_book_ready(crm, acme):
    said = crm("open", stdin="")
    assert said.exit_code == 0
    process = crm.started("open", text=True)
    out, err = process.communicate(
        "print(book.organizations.get('acme.example').name, book.actor)", timeout=60
    )
    assert (out, process.returncode) == ("Acme Satellites dana@accord.example\n", 0), err
