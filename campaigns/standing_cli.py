"""`crm campaign enter`, `admit` and `take-over`: who is in a standing campaign, and how accounts enter it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from campaigns import desk
from campaigns.arguments import Account, RunNumber
from campaigns.catalog import find_campaign
from crm.cli.session import opened, show
from crm.errors import InvalidInput
from crm.outreach.entry import Entry, Occurrence

Standing = Annotated[bool, typer.Option("--standing", help="A version that accounts enter one by one.")]
Ceiling = Annotated[
    int | None, typer.Option(min=1, help="Of a standing one: so many may enter in each period.")
]
PeriodDays = Annotated[int | None, typer.Option(min=1, max=366, help="How long a period is; usually 30.")]
EveryHours = Annotated[
    int | None,
    typer.Option(min=0, help="How often all accounts are looked at; usually 24, 0: only by what happens."),
]
On = Annotated[
    list[Occurrence] | None, typer.Option("--on", help="What lets an account enter as soon as it happens.")
]
AgainAfterDays = Annotated[
    int | None, typer.Option(min=1, help="When an account may enter again; else it enters once.")
]


def entry_said(name: str, said: Mapping[str, Any]) -> Entry | None:
    """How accounts enter, as the options say; what they leave open is as the campaign has it.

    Args:
        name: of the campaign.
        said: the options by name; None or empty where one was not given.

    Returns:
        None where none was given.

    Raises:
        InvalidInput: nobody says how many may enter.
    """
    given = {option: value for option, value in said.items() if value is not None and value != []}
    if not given:
        return None
    usual = find_campaign(name).entry
    chosen = (usual.model_dump() if usual else {}) | given
    if "ceiling" not in chosen:
        raise InvalidInput(
            f"Nobody says how many accounts may enter {name}.", field="ceiling", hint="Add --ceiling 50."
        )
    return Entry(**chosen | {"every_hours": chosen.get("every_hours", 24) or None})


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
