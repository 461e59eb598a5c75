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
    "in": lambda row: getattr(row, "coverage", None),
    "development": lambda row: getattr(row, "development", None),
    "size": lambda row: getattr(row, "size", None),
    "CHF a year": lambda row: f"{row.amount:,.2f}" if hasattr(row, "amount") else None,
    "lowest class": lambda row: getattr(row, "units", None),
    "if": lambda row: getattr(row, "conditions", None),
    "certainty": lambda row: getattr(row, "doubt", "") or row.certainty,
}
_RULES: dict[str, Cells] = {
    "rule": "rule",
    "value": lambda line: f"{line.value.normalize():f}",
    "what it says": "words",
    "certainty": "certainty",
    "source": "source",
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
    """List the fees, the lowest classes of Sector Members, and what one unit of contribution is."""
    with opened(ctx) as book:
        show(ctx, list(book.fees.table(on=optional_day(book, on))), _LINES, empty="No fee is stated.")


@app.command()
def rules(ctx: typer.Context, on: OptionalOn = None) -> None:
    """List the rules of the contract, each with its source: notice, due dates, suspension, interest, classes."""
    with opened(ctx) as book:
        show(ctx, book.fees.rule_lines(on=optional_day(book, on)), _RULES)
