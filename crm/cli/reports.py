"""`crm report …`: the reports, on the terminal, as files and for pipes."""

from pathlib import Path
from typing import Annotated

import typer

from crm.cli.options import OptionalOn, examples, optional_day
from crm.cli.session import opened, say, show
from crm.reference.languages import Language

app = typer.Typer(help="Reports; each states its day, its filters and what it counts.", no_args_is_help=True)

Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write it as CSV, with its metadata beside it.")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page with a chart.")
]
Xlsx = Annotated[
    Path | None,
    typer.Option(
        "--xlsx", metavar="FILE", help="Write it as a spreadsheet, with the rows behind each figure."
    ),
]


@app.command(
    name="prospects-by-state",
    epilog=examples(
        "crm report prospects-by-state --region africa --html prospects.html",
        "crm --json report prospects-by-state --segment satellite | jq .totals",
    ),
)
def prospects_by_state(
    ctx: typer.Context,
    region: Annotated[str | None, typer.Option(help="Only this development region, by slug or name.")] = None,
    segment: Annotated[str | None, typer.Option(help="Only prospects of this segment.")] = None,
    on: OptionalOn = None,
    language: Annotated[
        Language, typer.Option(help="Of the names of States and regions.")
    ] = Language.ENGLISH,
    csv: Csv = None,
    html: Html = None,
    xlsx: Xlsx = None,
) -> None:
    """Prospects by Member State: all 194, zeros included, and one row for the unassigned."""
    with opened(ctx) as book:
        report = book.reports.prospects_by_state(
            region=region, segment=segment, on=optional_day(book, on), language=language
        )
    show(ctx, report)
    for path, write in ((csv, report.to_csv), (html, report.to_html), (xlsx, report.to_xlsx)):
        if path is not None:
            say(ctx, f"Written to {write(path)}.")
