"""`crm doctor`: what is configured, reachable, migrated and running. It mends nothing and never shows a secret."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from crm.checks import Check
from crm.cli import examination
from crm.cli.session import invocation, put, show
from crm.cli.tables import said
from crm.clock import Clock
from crm.config import Settings
from crm.errors import AccordError, NotFound
from crm.opening import read_settings

GROUP = "crm.checks"
"""The entry points under which the layers above register what else is to be looked at."""

Examine = Callable[[Settings], Iterable[Check]]
_SIGNS = {True: ("ok", "green"), False: ("broken", "bold red"), None: ("note", "yellow")}


def doctor(
    ctx: typer.Context,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Look at this alone; may be repeated.")
    ] = None,
) -> None:
    """Say what is configured, reachable, migrated and running, and how to mend what is not.

    The exit code is 1 when something is broken that is needed.
    """
    found = list(examined(_chosen(invocation(ctx).clock, only)))
    if invocation(ctx).as_json:
        show(ctx, {"healthy": _healthy(found), "checks": found})
    else:
        put(_table(found))
    if not _healthy(found):
        raise typer.Exit(1)


def examinations(clock: Clock) -> dict[str, Examine]:
    """Everything that can be looked at, by name: ours, and what the upper layers registered.

    Args:
        clock: says what time it is.
    """
    registered = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return {**examination.examinations(clock), **{e.name: partial(_registered, e) for e in registered}}


def examined(examinations: Mapping[str, Examine]) -> Iterator[Check]:
    """Look at things, one after the other.

    Args:
        examinations: what to look at.
    """
    try:
        settings = read_settings()
    except AccordError as error:
        yield Check("settings", ok=False, detail=error.message, hint=error.hint or "Correct the variable.")
        return
    for name, examine in examinations.items():
        yield from safely(name, examine, settings)


def _chosen(clock: Clock, only: list[str] | None) -> dict[str, Examine]:
    known = examinations(clock)
    if unknown := [name for name in only or () if name not in known]:
        raise NotFound(f"There is no check {unknown[0]!r}.", field="only", candidates=list(known))
    return {name: known[name] for name in only} if only else known


def _registered(entry: EntryPoint, settings: Settings) -> Iterator[Check]:
    examine: Examine = entry.load()
    yield from examine(settings)


def safely(name: str, examine: Examine, settings: Settings) -> Iterator[Check]:
    """What an examination finds; one that fails is a finding itself.

    Args:
        name: of the examination.
        examine: looks.
        settings: what is configured.
    """
    try:
        yield from examine(settings)
    except AccordError as error:
        yield Check(name, ok=False, detail=error.message, hint=error.hint or "")
    except Exception as error:  # noqa: BLE001 - a doctor that falls ill helps nobody
        # Only its kind: the words of a foreign error might repeat an address with its password.
        yield Check(name, ok=False, detail=f"The check itself failed ({type(error).__name__}).")


def _healthy(found: Iterable[Check]) -> bool:
    return all(check.ok is not False for check in found)


def _table(found: Iterable[Check]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for check in found:
        sign, style = _SIGNS[check.ok]
        words = Text(said(check.detail))
        if check.hint and check.ok is not True:
            words.append(f" {said(check.hint)}", "dim")
        grid.add_row(Text(sign, style), check.name, words)
    return grid
