"""`crm staff …` and `crm office …`: our own people and where they work."""

from typing import Annotated

import typer

from crm.cli.options import Reason, examples
from crm.cli.session import opened, say, show
from crm.cli.tables import Cells
from crm.insight.portfolio import told_counts

staff = typer.Typer(help="Our own people.", no_args_is_help=True)
office = typer.Typer(help="The offices of the secretariat.", no_args_is_help=True)


@staff.command(epilog=examples('crm staff add "Dana Reyes" --email dana@accord.example --office BDT'))
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="As it stands under a letter.")],
    email: Annotated[str, typer.Option(help="The address at which answers reach them.")],
    office: Annotated[str, typer.Option(help="Their office, e.g. BDT; see `crm office list`.")],
    title: Annotated[str, typer.Option(help="Their function, as it stands under a letter.")] = "",
    time_zone: Annotated[str, typer.Option(help="An IANA name.")] = "Europe/Zurich",
) -> None:
    """Add a member of staff."""
    with opened(ctx) as book:
        show(ctx, book.staff.add(name, email=email, office=office, title=title, time_zone=time_zone))


@staff.command(name="list")
def list_staff(ctx: typer.Context) -> None:
    """List everybody, by name."""
    cells = {
        "id": "id",
        "name": "name",
        "e-mail": "email",
        "title": "title",
        "office": "office",
        "active": "active",
    }
    with opened(ctx) as book:
        show(ctx, list(book.staff), cells, empty="Nobody yet: `crm staff add`.")


@staff.command()
def retire(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="STAFF", help="Id, e-mail address or exact name.")],
    reason: Reason,
) -> None:
    """Note that somebody no longer works here; their accounts stay theirs until handed over (`crm hand-over`)."""
    with opened(ctx) as book:
        show(ctx, book.staff.retire(person, reason=reason))
        if left := book.portfolios.of(person):
            say(ctx, f"Still theirs: {told_counts(left)}. Hand them over with `crm hand-over`.")


@staff.command(name="hand-overs")
def list_hand_overs(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="STAFF", help="Only those from or to a colleague.")] = "",
) -> None:
    """List the portfolios that were handed over, the latest first; `crm hand-back` undoes one."""
    with opened(ctx) as book:
        names = {member.id: member.name for member in book.staff}
        cells: dict[str, Cells] = {
            "id": "id",
            "at": "handed_at",
            "from": lambda row: names[row.giver_id],
            "to": lambda row: names[row.taker_id],
            "records": lambda row: sum(map(len, row.moved.values())),
            "reason": "reason",
        }
        show(ctx, book.portfolios.handed(person or None), cells)


@office.command(name="list")
def list_offices(ctx: typer.Context) -> None:
    """List the offices, headquarters first."""
    with opened(ctx) as book:
        show(ctx, list(book.offices), {"code": "code", "name": "name", "kind": "kind", "region": "region"})
