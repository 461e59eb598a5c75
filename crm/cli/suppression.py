"""`crm suppression …`: addresses that must not be written to."""

from typing import Annotated

import typer

from crm.cli.options import Reason, examples
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.consent.suppressions import Scope, SuppressionReason

app = typer.Typer(help="Addresses that must not be written to.", no_args_is_help=True)

Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="An e-mail address; need not be in the book.")
]

_ENTRIES: dict[str, Cells] = {
    "scope": "scope",
    "but about": lambda row: ", ".join(row.excepted),
    "reason": "reason",
    "since": "since_at",
}


@app.command(epilog=examples("crm suppression add amina@acme.example --reason asked"))
def add(
    ctx: typer.Context,
    address: Address,
    scope: Annotated[Scope, typer.Option(help="Campaigns only, or all mail.")] = Scope.CAMPAIGNS,
    reason: Annotated[SuppressionReason, typer.Option(help="Why.")] = SuppressionReason.ASKED,
) -> None:
    """Stop writing to an address, at once."""
    with opened(ctx) as book:
        book.suppressions.add(address, scope=scope, reason=reason)
        show(ctx, book.suppressions.of(address), _ENTRIES)


@app.command()
def lift(ctx: typer.Context, address: Address, reason: Reason) -> None:
    """Allow writing to an address again, because its owner asked."""
    with opened(ctx) as book:
        lifted = book.suppressions.lift(address, reason=reason)
        show(ctx, {"lifted": lifted} if invocation(ctx).as_json else f"{lifted} entries were lifted.")


@app.command(name="show")
def show_entries(ctx: typer.Context, address: Address) -> None:
    """Show why an address must not be written to."""
    with opened(ctx) as book:
        show(ctx, book.suppressions.of(address), _ENTRIES, empty="It may be written to.")
