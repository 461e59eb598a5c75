"""`crm campaign enter`, `admit` and `take-over`: who is in a standing campaign."""

from typing import Annotated

import typer

from campaigns import desk
from campaigns.arguments import Account, RunNumber
from crm.cli.session import opened, show


def enter(
    ctx: typer.Context,
    run: RunNumber,
    account: Account,
) -> None:
    """Let one account enter a standing run by hand; every guard is asked."""
    with opened(ctx) as book:
        show(ctx, desk.enter(book, run, account))


def admit(
    ctx: typer.Context,
    run: RunNumber,
    count: Annotated[int, typer.Option(min=1, help="How many await it, as you have seen it.")],
) -> None:
    """Let those enter a standing run who were beyond its ceiling; a colleague of its author does."""
    with opened(ctx) as book:
        show(ctx, desk.admit(book, run, count=count))


def take_over(
    ctx: typer.Context,
    run: RunNumber,
    former: Annotated[int, typer.Option(min=1, help="The version that it takes over from.")],
) -> None:
    """Let a new version of a standing campaign take over those who wait in an earlier one."""
    with opened(ctx) as book:
        show(ctx, desk.take_over(book, run, former=former))


COMMANDS = (enter, admit, take_over)
