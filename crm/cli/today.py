"""`crm today`: what to do today, in groups, each line with the command that comes next."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from crm.cli.options import DAY, STAFF, examples
from crm.cli.plain import plain
from crm.cli.session import invocation, opened, put, say, show
from crm.dates import day_of
from crm.insight.need import GROUPS, Need, NeedReason
from crm.reports.forms.terminal import tame

_NEXT: Mapping[NeedReason, str] = {
    NeedReason.OVERDUE: "crm follow-up done {record}",
    NeedReason.DUE: "crm follow-up done {record}",
    NeedReason.UNANSWERED: "crm letter draft {record}",
    NeedReason.DRAFT: "crm letter show {record}",
    NeedReason.HALTED: "crm campaign status {record}",
    NeedReason.UNDECIDED: "crm mail events {record}",
    NeedReason.APPLICATION: "crm application show {record}",
    NeedReason.VOTE: "crm dues statement {account}",
    NeedReason.NEW_PERSON: "crm person show {record}",
    NeedReason.WORSE_STANDING: "crm org show {account}",
    NeedReason.ENDING: "crm org show {account}",
    NeedReason.COLD: 'crm log call {account} "…"',
    NeedReason.GOING_COLD: 'crm log call {account} "…"',
}
EPILOG = examples(
    "crm today", "crm today --office BDT --region africa --limit 50", "crm today --on 'next monday'"
)


def today(
    ctx: typer.Context,
    owner: Annotated[
        str | None, typer.Option(help=f"Whose day; yours, where no office or region is named. {STAFF}")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Only what its staff have to see to, e.g. BDT.")] = None,
    region: Annotated[
        str | None, typer.Option(help="Only accounts based in this development region, by slug or name.")
    ] = None,
    on: Annotated[str, typer.Option(metavar="DAY", help=f"Look from another day. {DAY}")] = "today",
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; the most urgent ones.")] = 20,
) -> None:
    """List what to do today: steps that are due, who waits for an answer, what has changed, who is going cold.

    What waits for colleagues who are away, and whose deputy you are, is among it and marked with their names.
    """
    with opened(ctx) as book:
        whose = owner or (None if office or region else book.actor)
        found = book.attention(owner=whose, office=office, region=region, on=on)
        name = book.staff.get(whose).name if whose else ", ".join(filter(None, [office, region]))
        heading = f"{day_of(on, today=book.staff.today(whose)):%A %-d %B %Y}, {name}"
    shown = found[:limit]
    if invocation(ctx).as_json:
        show(ctx, [_with_next(need) for need in shown])
    elif not found:
        put(f"{heading}: nothing waits. A good day to call somebody.")
    else:
        put(_listed(heading, shown))
    if len(found) > len(shown):
        say(ctx, f"{len(found) - len(shown)} more, less urgent: --limit {len(found)} shows them.")


def _listed(heading: str, needs: Sequence[Need]) -> Table:
    grid = Table(
        title=Text(tame(heading), "bold"), title_justify="left", box=None, show_header=False, pad_edge=False
    )
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold", ratio=1)
    grid.add_column(style="dim", no_wrap=True)
    for title, reasons in GROUPS.items():
        members = [need for need in needs if need.reason in reasons]
        if members:
            grid.add_row()
            grid.add_row(Text(f"{title} ({len(members)})", "bold"))
        for need in members:
            marked = " [synthetic]" if need.organization.synthetic else ""
            grid.add_row(
                Text(tame(need.organization.name + marked)), Text(tame(need.sentence)), Text(_next(need))
            )
    return grid


def _next(need: Need) -> str:
    """The command that comes next."""
    _, _, record = need.refers_to.partition(":")
    return _NEXT[need.reason].format(record=record, account=need.organization.id)


def _with_next(need: Need) -> dict[str, object]:
    told = plain(need)
    assert isinstance(told, dict)
    return {**told, "next": _next(need)}
