"""Reading a long answer on a terminal, a screen at a time."""

import os
import shlex
import subprocess
import sys

# What git sets, too: go on at once if it fits, keep colours, leave the text on the screen.
_LESS = {"LESS": "FRX"}


def paged(text: str) -> bool:
    """Let somebody read a text with the pager that they like: `PAGER`, else less.

    Returns:
        Whether it was shown; not, where they want none (`PAGER` is empty or "cat") or it cannot be started.
    """
    command = shlex.split(os.environ.get("PAGER", "less"))
    if command in ([], ["cat"]) or not sys.stdin.isatty():
        return False
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=_LESS | dict(os.environ))
    except OSError:
        return False
    _read(pager, text)
    return True


def _read(pager: "subprocess.Popen[str]", text: str) -> None:
    """Hand the text over and wait; Ctrl-C is for the pager, which shares the terminal, and must not end us first."""
    while True:
        try:
            pager.communicate(text)
        except KeyboardInterrupt:
            continue
        return
