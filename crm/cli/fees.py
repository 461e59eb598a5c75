"""`crm fee …`: what a membership costs a year, and the rules of the contract."""

from typing import Annotated

import typer

from crm.cli.options import OptionalOn, examples, optional_day
from crm.cli.session import opened, show
from crm.cli.tables import Cells
from crm.cli.terms import OptionalSector
from crm.directory.tables import Size
from crm.reference.categories import Category

app = typer.Typer(help="Fees and the rules of the contract, by the dated tables.", no_args_is_help=True)

_LINES: dict[str, Cells] = {
    "line": "key",
    "in": "coverage",
    "development": "development",
    "size": lambda row: getattr(row, "size", None),
    "CHF a year": lambda row: getattr(row, "amount", None),
    "lowest class": lambda row: getattr(row, "units", None),
    "if": lambda row: getattr(row, "conditions", None),
    "certainty": "certainty",
}


@app.command(epilog=examples("crm fee of associate --sector T --country KEN"))
def of(
    ctx: typer.Context,
    *,
    category: Category,
    sector: OptionalSector = None,
    country: Annotated[str | None, typer.Option(help="Where the organisation is based.")] = None,
    headquarters: Annotated[
        str | None, typer.Option(help="Where its corporate group is headquartered, if it belongs to one.")
    ] = None,
    size: Annotated[Size | None, typer.Option(help="Its size, where a fee depends on it.")] = None,
    units: Annotated[str | None, typer.Option(help='The class of a Sector Member, e.g. "1/2".')] = None,
    on: OptionalOn = None,
) -> None:
    """Say what a membership costs a year, by which rule, and how sure that is."""
    with opened(ctx) as book:
        day = optional_day(book, on)
        fee = book.fees.of(
            category,
            sector=sector,
            country=country,
            headquarters=headquarters,
            size=size,
            units=units,
            on=day,
        )
        show(ctx, fee)


@app.command()
def table(ctx: typer.Context, on: OptionalOn = None) -> None:
    """List the fees, and the lowest classes of Sector Members."""
    with opened(ctx) as book:
        show(ctx, list(book.fees.table(on=optional_day(book, on))), _LINES, empty="No fee is stated.")


@app.command()
def rules(ctx: typer.Context, on: OptionalOn = None) -> None:
    """Show the rules of the contract: notice, due dates, suspension, interest, reduction of classes."""
    with opened(ctx) as book:
        show(ctx, book.fees.rules(on=optional_day(book, on)))
