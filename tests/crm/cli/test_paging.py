"""Long answers and colour on a real terminal: a pseudo terminal of the operating system."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios

import pytest

PATIENCE_SECONDS = 60
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
    """Runs `crm` on a terminal of some lines: what it shows there."""

    def on_a_terminal(*args, lines=24, **changes):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
        known = dict.fromkeys(("LINES", "NO_COLOR"))
        known = {**os.environ, **crm.variables, **known, "TERM": "xterm", "PAGER": None, **changes}
        process = subprocess.Popen(
            [sys.executable, "-m", "crm", *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={name: value for name, value in known.items() if value is not None},
        )
        os.close(theirs)
        shown = _all_of(ours)
        os.close(ours)
        assert process.wait(PATIENCE_SECONDS) == 0, shown
        return shown

    return on_a_terminal


def _all_of(terminal):
    shown = b""
    while select.select([terminal], [], [], PATIENCE_SECONDS)[0]:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # what a terminal says on Linux when nobody holds its other end any more
            break
        if not part:
            break
        shown += part
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
