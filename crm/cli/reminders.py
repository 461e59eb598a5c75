"""`crm reminder …`: what somebody has to be reminded of, and drafting the letters; nothing is sent."""

from typing import Annotated

import typer

from crm.cli.options import OptionalOn, Organization, examples, optional_day
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells

app = typer.Typer(
    help="Reminders: what is due, drafting it for approval, and what was recalled to whom.",
    no_args_is_help=True,
)

Rule = Annotated[str | None, typer.Option(help='Only reminders of this rule, e.g. "arrears".')]

_DUE: dict[str, Cells] = {
    "rule": "rule",
    "step": "step",
    "account": "organization",
    "what": "words",
    "obstacle": "obstacle",
}
_DRAFTS: dict[str, Cells] = {"id": "id", "letter": "template", "language": "language", "subject": "subject"}
_WRITTEN: dict[str, Cells] = {
    "rule": "rule",
    "step": "step",
    "date": "reference_on",
    "draft": "draft_id",
    "drafted": "drafted_at",
    "withdrawn": "withdrawn_at",
}


@app.command(epilog=examples("crm reminder due", "crm reminder due --on 2027-04-15 --rule arrears"))
def due(ctx: typer.Context, on: OptionalOn = None, rule: Rule = None) -> None:
    """List the reminders that are due and have not been drafted, today or on a day ahead."""
    with opened(ctx) as book:
        show(ctx, book.reminders.due(optional_day(book, on), rule=rule), _DUE, empty="No reminder is due.")


@app.command(epilog=examples("crm reminder draft --dry-run", "crm reminder draft"))
def draft(
    ctx: typer.Context,
    *,
    rule: Rule = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be drafted; change nothing.")
    ] = False,
) -> None:
    """Draft a letter for every reminder that is due, and take back drafts that no longer hold; nothing is sent."""
    with opened(ctx) as book:
        came = book.reminders.draft(rule=rule, dry_run=dry_run)
        if invocation(ctx).as_json:
            show(ctx, came)
            return
        show(ctx, came.drafts, _DRAFTS, empty="No letter is drafted.")
        if came.left:
            show(ctx, came.left, _DUE)
    said = f"{len(came.withdrawn)} taken back, {len(came.left)} that no letter can be drafted for."
    say(ctx, f"{said} Look at a draft with `crm letter show`, send it with `crm letter approve`.")


@app.command(name="list")
def list_reminders(ctx: typer.Context, account: Organization) -> None:
    """List every reminder that was drafted to an account, the latest first."""
    with opened(ctx) as book:
        show(ctx, book.reminders.of(account), _WRITTEN, empty="Nothing was recalled to it.")
