"""`crm staff …` and `crm office …`: our own people and where they work."""

from typing import Annotated

import typer

from crm.cli.options import Reason, examples
from crm.cli.session import opened, show

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
    """Note that somebody no longer works here; their accounts stay theirs until handed over."""
    with opened(ctx) as book:
        show(ctx, book.staff.retire(person, reason=reason))


@office.command(name="list")
def list_offices(ctx: typer.Context) -> None:
    """List the offices, headquarters first."""
    with opened(ctx) as book:
        show(ctx, list(book.offices), {"code": "code", "name": "name", "kind": "kind", "region": "region"})
