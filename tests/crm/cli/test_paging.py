"""Long answers and colour on a real terminal: a pseudo terminal of the operating system."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

import pytest

from crm.cli import app

# The other threads of this process are those of pytest-xdist, which hold nothing that the child asks for.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

PAGER = """#!/bin/sh
echo "PAGED $(wc -l)"
"""


@pytest.fixture
def pager(tmp_path):
    path = tmp_path / "pager"
    path.write_text(PAGER)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def on_a_terminal(crm):
    """Runs `crm` in a child on a terminal of some lines: what it shows there. A fork has everything imported."""

    def on_a_terminal(*args, lines=24, **changes):
        child, ours = pty.fork()
        if not child:
            _be_the_command(args, lines, {**crm.variables, "TERM": "xterm", **changes})
        shown = _all_of(ours)
        os.close(ours)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
        return shown

    return on_a_terminal


def _be_the_command(args, lines, variables):
    code = 1
    try:
        for name in ("LINES", "NO_COLOR", "PAGER"):
            os.environ.pop(name, None)
        for name, value in variables.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the rest of a short life
            for number, mode in enumerate("rww")
        )
        app([*args], prog_name="crm")
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _all_of(terminal):
    shown = b""
    try:
        while part := os.read(terminal, 65_536):
            shown += part
    except OSError:  # what a terminal says on Linux when nobody holds its other end any more
        pass
    return shown.decode()


REPORT = ("report", "prospects-by-state", "--region", "africa")


def test_an_answer_longer_than_the_screen_goes_through_the_pager(on_a_terminal, pager):
    shown = on_a_terminal(*REPORT, PAGER=pager)
    assert "PAGED" in shown
    assert "Kenya" not in shown


@pytest.mark.parametrize("where", [0, 2, 4])
def test_nobody_pages_who_does_not_want_to(on_a_terminal, pager, where):
    shown = on_a_terminal(*REPORT[:where], "--no-pager", *REPORT[where:], PAGER=pager)
    assert "PAGED" not in shown
    assert "Kenya" in shown


@pytest.mark.parametrize("taste", ["", "cat", "/no/such/pager"])
def test_without_a_pager_that_works_the_answer_is_printed(on_a_terminal, taste):
    assert "Kenya" in on_a_terminal(*REPORT, PAGER=taste)


def test_an_answer_that_fits_is_printed(on_a_terminal, pager):
    shown = on_a_terminal(*REPORT, lines=200, PAGER=pager)
    assert "PAGED" not in shown
    assert "Kenya" in shown


def test_json_is_for_programs_and_never_paged(on_a_terminal, pager):
    shown = on_a_terminal(*REPORT, "--json", PAGER=pager)
    assert "PAGED" not in shown
    assert "\x1b[" not in shown


def test_a_terminal_has_colour_unless_somebody_wants_none(on_a_terminal, crm):
    made_up = crm.json("org", "add", "Made Up", "--country", "KE", "--synthetic")
    crm.json("org", "mark", made_up["id"], "prospect")
    assert "\x1b[33m" in on_a_terminal(*REPORT, "--no-pager")
    plain = on_a_terminal(*REPORT, "--no-pager", NO_COLOR="1")
    assert "Synthetic" in plain
    assert not re.search(r"\x1b\[(?:\d+;)*[349]\d", plain)


def test_no_colour_without_a_terminal_even_if_it_is_forced(crm):
    shown = crm(*REPORT, FORCE_COLOR="1").stdout
    assert "\x1b" not in shown
