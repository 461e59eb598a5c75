"""`crm team …`, `crm hand-over` and `crm hand-back`: who works with which account."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import STAFF, OptionalOn, Reason, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells

app = typer.Typer(help="Account teams: which offices work with an account.", no_args_is_help=True)

Office = Annotated[str, typer.Option(help="Which office, e.g. BDT.")]
Member = Annotated[str | None, typer.Option("--staff", help=f"Who sits there for it. {STAFF}")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


@app.command(epilog=examples("crm team join acme.example --office BDT --staff dana@accord.example --lead"))
def join(
    ctx: typer.Context,
    *,
    org: options.Organization,
    office: Office,
    staff: Member = None,
    lead: Annotated[bool, typer.Option("--lead", help="The office leads from now on.")] = False,
    since: OptionalOn = None,
) -> None:
    """Give an office a seat in the team of an account, and the lead if you say so."""
    with opened(ctx) as book:
        first = optional_day(book, since)
        show(ctx, book.teams.join(org, office=office, staff=staff, lead=lead, since=first))


@app.command()
def leave(
    ctx: typer.Context,
    *,
    org: options.Organization,
    office: Office,
    staff: Member = None,
    on: OptionalOn = None,
) -> None:
    """Note that an office, or one of its people, no longer works with an account."""
    with opened(ctx) as book:
        show(ctx, book.teams.leave(org, office=office, staff=staff, on=optional_day(book, on)))


@app.command(name="show")
def show_team(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """Show the offices that work with an account, the lead first."""
    cells: dict[str, Cells] = {
        "office": "office",
        "staff": lambda seat: seat.staff_id and book.staff.get(seat.staff_id),
        "lead": "lead",
        "since": "since_on",
        "until": "until_on",
    }
    with opened(ctx) as book:
        found = book.teams.of(org, on=optional_day(book, on))
        show(ctx, found, cells, empty="No office has a seat: `crm team join`.")


def hand_over(
    ctx: typer.Context,
    *,
    giver: Annotated[str, typer.Argument(metavar="FROM", help=f"Whose portfolio. {STAFF}")],
    taker: Annotated[str, typer.Argument(metavar="TO", help=f"Who takes it over. {STAFF}")],
    reason: Reason,
    region: Annotated[str | None, typer.Option(help="Only the accounts of this development region.")] = None,
    country: Annotated[str | None, typer.Option(help="Only those based in this country.")] = None,
    segment: Annotated[str | None, typer.Option(help="Only those of this segment.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Hand the portfolio of a colleague over: accounts, open follow-ups and opportunities, team seats.

    For example: crm hand-over dana@accord.example lucia@accord.example --reason "moves to Bangkok" --dry-run
    """
    with opened(ctx) as book:
        found = book.hand_over(
            giver, to=taker, reason=reason, region=region, country=country, segment=segment, dry_run=dry_run
        )
        show(ctx, found if invocation(ctx).as_json else str(found))


def hand_back(ctx: typer.Context, number: options.Number, reason: Reason, *, dry_run: DryRun = False) -> None:
    """Undo a hand-over by its number: what it moved goes back, what the taker kept before stays."""
    with opened(ctx) as book:
        found = book.portfolios.hand_back(number, reason=reason, dry_run=dry_run)
        show(ctx, found if invocation(ctx).as_json else str(found))
