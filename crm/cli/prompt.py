"""`crm open`: a Python prompt with the book ready."""

import code
import rlcompleter
import sys
from importlib.util import find_spec
from typing import Any

import typer

import crm
from crm.cli.session import opened

_BANNER = """Accord: `book` is open as {actor}. For example:
    book.organizations.get("acme.example")
    book.reports.prospects_by_state(region="Africa")
Leave with Ctrl-D."""


def open_prompt(ctx: typer.Context) -> None:
    """Open a Python prompt with the book ready as `book`; a script on standard input runs with it."""
    with opened(ctx) as book:
        names: dict[str, Any] = {"book": book, "crm": crm}
        if not sys.stdin.isatty():
            exec(compile(sys.stdin.read(), "<stdin>", "exec"), names)  # noqa: S102 - it is what they asked for
            return
        _complete(names)
        code.interact(banner=_BANNER.format(actor=book.actor), local=names, exitmsg="")


def _complete(names: dict[str, Any]) -> None:
    """Let the Tab key complete names, where the terminal can."""
    if find_spec("readline") is None:
        return
    import readline  # noqa: PLC0415 - Python may be built without it

    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")
