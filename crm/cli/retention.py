"""`crm retention …`: what has been kept for long enough."""

from typing import Annotated

import typer

from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.privacy.retention import RetentionReport

app = typer.Typer(help="What has been kept for long enough.", no_args_is_help=True)

Rule = Annotated[str | None, typer.Option(help='Only this rule, e.g. "answers_raw".')]

_CELLS: dict[str, Cells] = {
    "rule": "rule",
    "what": "name",
    "action": "action",
    "older than": lambda due: due.cutoff.date(),
    "rows": "rows",
    "oldest": lambda due: due.oldest and due.oldest.date(),
    "automatic": "automatic",
}


@app.command()
def preview(ctx: typer.Context, rule: Rule = None) -> None:
    """Say what each rule would clear; nothing is changed."""
    with opened(ctx) as book:
        report = book.retention.preview(rule=rule)
        _show(ctx, report)
        say(ctx, f"To clear it: crm retention apply --confirm {report.count}")


@app.command()
def apply(
    ctx: typer.Context,
    confirm: Annotated[int, typer.Option(min=0, help="The count that the preview has said.")],
    rule: Rule = None,
) -> None:
    """Clear what has been kept for long enough, for good."""
    with opened(ctx) as book:
        _show(ctx, book.retention.apply(confirm=confirm, rule=rule))


def _show(ctx: typer.Context, report: RetentionReport) -> None:
    if invocation(ctx).as_json:
        show(ctx, {"count": report.count, "report": report})
    else:
        show(ctx, report.rules, _CELLS)
