"""`crm what-if`: what changes of fees would do to revenue and to the membership."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from crm.cli import what_if_words as words
from crm.cli.options import DAY, examples, optional_day
from crm.cli.reports import Csv, Html, Xlsx
from crm.cli.session import opened, progress, say, show
from crm.membership.what_if.changes import Change
from crm.reports.what_if.simulation import TABLES, Simulation

EPILOG = examples(
    "crm what-if --fee 'associate-*:+10%'",
    "crm what-if --withdraw developing:income=upper-middle --table at-risk --csv at-risk.csv",
    "crm what-if --minimum sector-member-T:1 --assume exit_by_rise:0.2/0.4/0.9 --into what-if/",
    "crm --json what-if --unit +5% --cost category=sector_member:9000000 --table costs",
)


def what_if(
    ctx: typer.Context,
    *,
    fee: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE:FEE",
            help="Another fee on a line of the table (`crm fee table`), or by a share: associate-T:12000, 'associate-*:+10%'.",
        ),
    ] = None,
    new_fee: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO:FEE", help="A fee of its own: category=associate,sector=D,size=sme:1000."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Another unit of Sector Members: 65000, or +5%.")
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE:UNITS", help="Another lowest class: sector-member-T:1."),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHO:CATEGORY", help="Another category: category=associate,sector=D:sector_member."
        ),
    ] = None,
    grant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REDUCTION:WHO",
            help="A reduction for more members: reduced_class:development=developing.",
        ),
    ] = None,
    withdraw: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REDUCTION:WHO", help="A reduction for fewer: developing:income=upper-middle, sme."
        ),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="RATE:RANGE", help="What you assume instead: exit_by_rise:0.2/0.4/0.9."),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO:AMOUNT", help="What members cost a year: category=sector_member:9000000."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"Of the membership and the tables. {DAY}")
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="How often all memberships decide.")] = 10_000,
    seed: Annotated[
        int, typer.Option(min=0, help="Where chance begins; the same gives the same answer.")
    ] = 1,
    table: Annotated[str, typer.Option(help=f"Which table: {', '.join(TABLES)}.")] = "summary",
    csv: Csv = None,
    html: Html = None,
    xlsx: Xlsx = None,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write all tables there, each as a page, a spreadsheet and CSV."),
    ] = None,
) -> None:
    """Say what changes of fees, or of who pays which, would do. Nothing is written to the book.

    Changes are made in the order of the options below. How members answer is assumed: --table assumptions.
    """
    changes = [
        *_each(words.fee, fee),
        *_each(words.new_fee, new_fee),
        *_each(words.unit, [unit] if unit else None),
        *_each(words.minimum, minimum),
        *_each(words.category, category),
        *_each(words.granted, grant),
        *_each(words.withdrawn, withdraw),
    ]
    with opened(ctx) as book, progress("Drawing") as moved:
        found = book.what_if(
            changes,
            assumptions=words.assumptions(assume or ()),
            costs=[words.cost(text) for text in cost or ()],
            draws=draws,
            seed=seed,
            on=optional_day(book, on),
            progress=moved,
        )
    made = found.table(table)
    show(ctx, made)
    for path, write in ((csv, made.to_csv), (html, made.to_html), (xlsx, made.to_xlsx)):
        if path is not None:
            say(ctx, f"Written to {write(path)}.")
    if into is not None:
        _write_all(found, into)
        say(ctx, f"All tables are in {into}.")


def _each(read: Callable[[str], Change], texts: Iterable[str] | None) -> list[Change]:
    return [read(text) for text in texts or ()]


def _write_all(found: Simulation, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for report in found.tables():
        report.to_html(folder / f"{report.name}.html")
        report.to_xlsx(folder / f"{report.name}.xlsx")
        report.to_csv(folder / f"{report.name}.csv")
