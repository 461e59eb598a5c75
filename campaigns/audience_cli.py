"""`crm audience …`: ask a rule, of a campaign or out of a file, whom it reaches and why one account is in or out."""

import json
from pathlib import Path
from typing import Annotated

import typer

from campaigns.catalog import find_campaign
from crm.cli.options import examples
from crm.cli.session import invocation, opened, put, show
from crm.cli.tables import Cells, renderable
from crm.errors import InvalidInput
from crm.insight.audience_rules import Rule, rule_of

app = typer.Typer(
    help="Audiences: whom a rule reaches, and why an account is in or out.", no_args_is_help=True
)

Asked = Annotated[
    str,
    typer.Argument(
        metavar="RULE", help="A campaign's name, for its audience, or a file with a rule as JSON."
    ),
]
_CLAUSES: dict[str, Cells] = {"left out": lambda row: f"{row.accounts:,}", "not one that": "clause"}


@app.command(epilog=examples("crm audience count associate_upgrade", "crm audience count rule.json"))
def count(ctx: typer.Context, rule: Asked) -> None:
    """Count the accounts that a rule reaches, and those that each of its clauses leaves out."""
    with opened(ctx) as book:
        found = book.audiences.count(_rule(rule))
    if not invocation(ctx).as_json:
        put(renderable(f"{found.accounts:,} accounts, each of which {found.rule}, on {found.on}"))
        show(ctx, found.left_out, _CLAUSES)
        return
    show(ctx, found)


@app.command(epilog=examples("crm audience explain associate_upgrade 'Acme Satellites'"))
def explain(
    ctx: typer.Context,
    rule: Asked,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id, its name or any key of it.")],
) -> None:
    """Say clause by clause why one account is in an audience or is not. Only this account is looked at."""
    with opened(ctx) as book:
        found = book.audiences.explain(_rule(rule), account)
    show(ctx, found if invocation(ctx).as_json else str(found))


def _rule(asked: str) -> Rule:
    path = Path(asked)
    if not path.is_file():
        return find_campaign(asked).audience
    try:
        return rule_of(json.loads(path.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} holds no JSON.", field="rule", value=str(error)) from None
