"""What every command needs: the book, open under your name, and a way to show what came out."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer
from rich.console import Console, RenderableType
from rich.progress import Progress
from sqlalchemy import Engine

from crm.book import Book
from crm.cli.paging import paged
from crm.cli.plain import json_text
from crm.cli.tables import Cells, renderable, table
from crm.clock import Clock, SystemClock
from crm.insight.page import Page
from crm.opening import open_book, read_settings
from crm.reports.report import Report

_WIDE = 200


@dataclass(slots=True)
class Invocation:
    """One call of the command.

    Attributes:
        clock: says what time it is.
        engine: on the book's database, for who gives many commands in one process; else each makes its own.
        as_json: whether a program reads the answer.
        paging: whether a long answer may be shown a screen at a time, where a person reads along.
    """

    clock: Clock = field(default_factory=SystemClock)
    engine: Engine | None = None
    as_json: bool = False
    paging: bool = True


def invocation(ctx: typer.Context) -> Invocation:
    """The call that a command belongs to."""
    return ctx.find_object(Invocation) or Invocation()


@contextmanager
def opened(ctx: typer.Context, *, otherwise: str = "") -> Iterator[Book]:
    """The book, open for one command.

    Args:
        ctx: of the command.
        otherwise: who acts where nobody says; without it an actor must be named.
    """
    settings, call = read_settings(), invocation(ctx)
    actor = settings.actor or otherwise
    with open_book(actor, settings=settings, clock=call.clock, engine=call.engine) as book:
        yield book


def show(
    ctx: typer.Context, value: object, cells: Mapping[str, Cells] | None = None, *, empty: str = "None."
) -> None:
    """Show what came out: to people as they read best, to programs as JSON.

    Args:
        ctx: of the command.
        value: a record, a value, a report, or several of them.
        cells: for several, the columns: the heading and the field, or a function of the row.
        empty: what to say to people where there are none.
    """
    if invocation(ctx).as_json:
        typer.echo(value.to_json() if isinstance(value, Report) else json_text(value), nl=False)
    elif cells is not None:
        rows = list(value) if isinstance(value, list | tuple) else [value]
        put(table(rows, cells) if rows else empty, paging=invocation(ctx).paging)
    else:
        put(renderable(value), paging=invocation(ctx).paging)
    if ctx.params.get("dry_run") and not getattr(value, "dry_run", False):  # what knows it says so itself
        say(ctx, "A dry run: nothing was written.")


def say(ctx: typer.Context, sentence: str) -> None:
    """Tell people something beside the answer; on standard error, so that a pipe carries the answer alone."""
    if not invocation(ctx).as_json:
        console(stderr=True).print(sentence)


def say_more(page: Page[object], *, or_else: str) -> None:
    """Say on standard error, to people and programs alike, that an answer goes on, and how to see the rest.

    Args:
        page: what was shown.
        or_else: the option that shows more at once.
    """
    if page.next is not None:
        typer.echo(f"There is more: --after {page.next}, or {or_else}.", err=True)


def put(shown: RenderableType, *, paging: bool = False) -> None:
    """Print something on standard output, in lines without trailing blanks where no person reads along.

    Args:
        shown: what to print.
        paging: whether it may go through a pager where a person reads along and it is longer than the screen.
    """
    target = console()
    with target.capture() as captured:
        target.print(shown)
    text = captured.get()
    if target.is_terminal:
        too_long = text.count("\n") >= target.height
        if not (paging and too_long and paged(text)):
            typer.echo(text, nl=False, color=True)
        return
    # What fills the last column up to its width is no use to a pipe.
    typer.echo("\n".join(line.rstrip() for line in text.splitlines()))


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where a person looks at it.

    Args:
        words: what is being done.

    Yields:
        What is told how much is done, and of how much.
    """
    target = console(stderr=True)
    with Progress(console=target, transient=True, disable=not target.is_terminal) as shown:
        task = shown.add_task(words, total=None)

        def moved(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield moved


def console(*, stderr: bool = False) -> Console:
    """A console that marks nothing up by itself; what is no terminal gets wide lines and no colour.

    On a terminal there is colour, unless NO_COLOR is set or the terminal knows none.
    """
    stream = sys.stderr if stderr else sys.stdout
    terminal = stream.isatty()
    width = None if terminal else _WIDE
    return Console(
        file=stream, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False
    )
