"""`crm term give-notice` and its neighbours: how memberships end, and how a notice is withdrawn."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.import_files import DryRun
from crm.cli.options import On, Reason, day, examples
from crm.cli.session import opened
from crm.cli.terms import HeldSector, OptionalSector, tell

app = typer.Typer()


@app.command(
    epilog=examples("crm term give-notice acme.example --sector T --received-on 2027-01-31 --reason 'Merged'")
)
def give_notice(
    ctx: typer.Context,
    org: options.Organization,
    received_on: On,
    reason: Reason,
    sector: HeldSector = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Record that a member has given notice; it leaves after the time of notice, six months by the present rule."""
    with opened(ctx) as book:
        given = book.terms.give_notice(
            org, sector=sector, received_on=day(book, received_on), reason=reason, dry_run=dry_run
        )
        tell(ctx, given)


@app.command(
    epilog=examples(
        "crm term withdraw-notice acme.example --sector T --on today --reason 'Stays' --agreed-by 'Head of membership'"
    )
)
def withdraw_notice(
    ctx: typer.Context,
    org: options.Organization,
    on: On,
    reason: Reason,
    agreed_by: Annotated[str, typer.Option(help="Who of ours agreed to it.")],
    sector: OptionalSector = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Record that a member has withdrawn its notice before it took effect, and stays."""
    with opened(ctx) as book:
        kept = book.terms.withdraw_notice(
            org, sector=sector, on=day(book, on), reason=reason, agreed_by=agreed_by, dry_run=dry_run
        )
        tell(ctx, kept)


@app.command()
def denounce(
    ctx: typer.Context,
    org: options.Organization,
    on: On,
    reason: Reason,
    sector: HeldSector = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Record that a member leaves; the day is the first on which it is no longer a member."""
    with opened(ctx) as book:
        tell(ctx, book.terms.denounce(org, sector=sector, on=day(book, on), reason=reason, dry_run=dry_run))


@app.command()
def exclude(
    ctx: typer.Context,
    org: options.Organization,
    on: On,
    reason: Reason,
    sector: HeldSector = None,
    *,
    override: Annotated[
        str, typer.Option(help="Why it is excluded although the ladder does not ask for it.")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Record that a member has been excluded; the day is the first on which it is no longer a member."""
    with opened(ctx) as book:
        ended = book.terms.exclude(
            org, sector=sector, on=day(book, on), reason=reason, override=override, dry_run=dry_run
        )
        tell(ctx, ended)
