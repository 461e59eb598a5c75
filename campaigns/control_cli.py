"""`crm campaign pause`, `resume` and `cancel`."""

import typer

from campaigns import desk
from campaigns.arguments import Reason, RunNumber
from crm.cli.session import opened, show


def pause(ctx: typer.Context, run: RunNumber, reason: Reason) -> None:
    """Stop a run for the time being; letters that are not on their way yet wait."""
    with opened(ctx) as book:
        show(ctx, desk.pause(book, run, reason=reason))


def resume(ctx: typer.Context, run: RunNumber, reason: Reason = "") -> None:
    """Let a paused run go on."""
    with opened(ctx) as book:
        show(ctx, desk.resume(book, run, reason=reason))


def cancel(ctx: typer.Context, run: RunNumber, reason: Reason) -> None:
    """End a run before its time; letters that are not on their way yet are never sent."""
    with opened(ctx) as book:
        show(ctx, desk.cancel(book, run, reason=reason))


COMMANDS = (pause, resume, cancel)
