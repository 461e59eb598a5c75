"""What every command needs: the book, open under your name, and a way to show what came out."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer
from rich.console import Console, RenderableType

from crm.book import Book
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
        as_json: whether a program reads the answer.
    """

    clock: Clock = field(default_factory=SystemClock)
    as_json: bool = False


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
    settings = read_settings()
    with open_book(settings.actor or otherwise, settings=settings, clock=invocation(ctx).clock) as book:
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
        put(table(rows, cells) if rows else empty)
    else:
        put(renderable(value))


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


def put(shown: RenderableType) -> None:
    """Print something on standard output, in lines without trailing blanks where no person reads along."""
    target = console()
    if target.is_terminal:
        target.print(shown)
        return
    with target.capture() as captured:
        target.print(shown)
    # What fills the last column up to its width is no use to a pipe.
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def console(*, stderr: bool = False) -> Console:
    """A console that marks nothing up by itself; what is no terminal gets wide lines and no colour."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
