"""`crm report …`: the reports, on the terminal, as files and for pipes."""

from pathlib import Path
from typing import Annotated

import typer

from crm.cli.options import OptionalOn, examples, optional_day
from crm.cli.session import opened, say, show
from crm.reference.languages import Language
from crm.reference.opportunity_stages import OpportunityKind
from crm.reports.forecast import Period
from crm.reports.report import Report

app = typer.Typer(help="Reports; each states its day, its filters and what it counts.", no_args_is_help=True)

Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write it as CSV, with its metadata beside it.")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page with a chart.")
]

Owner = Annotated[str | None, typer.Option(help="Only the asks of this colleague.")]
Office = Annotated[str | None, typer.Option(help="Only the asks of this office.")]
Region = Annotated[str | None, typer.Option(help="Only this development region, by slug or name.")]
Kind = Annotated[OpportunityKind | None, typer.Option(help="Only asks of this kind.")]


@app.command(epilog=examples("crm report pipeline --office BDT --region africa"))
def pipeline(
    ctx: typer.Context,
    owner: Owner = None,
    office: Office = None,
    region: Region = None,
    kind: Kind = None,
    csv: Csv = None,
    html: Html = None,
) -> None:
    """The open asks by kind and stage: how many, what they amount to, how long they have stood there."""
    with opened(ctx) as book:
        report = book.reports.pipeline(owner=owner, office=office, region=region, kind=kind)
    _handed_out(ctx, report, csv, html)


@app.command(epilog=examples("crm report forecast --by year --committed 90 --html forecast.html"))
def forecast(
    ctx: typer.Context,
    *,
    by: Annotated[Period, typer.Option(help="What a row stands for.")] = Period.QUARTER,
    committed: Annotated[
        int, typer.Option(metavar="PER_CENT", help="From which probability on an ask counts as committed.")
    ] = 75,
    owner: Owner = None,
    office: Office = None,
    region: Region = None,
    kind: Kind = None,
    csv: Csv = None,
    html: Html = None,
) -> None:
    """What is asked for by the time an answer is expected, and what has been won this year."""
    with opened(ctx) as book:
        report = book.reports.forecast(
            by=by, committed=committed, owner=owner, office=office, region=region, kind=kind
        )
    _handed_out(ctx, report, csv, html)


@app.command(
    name="prospects-by-state",
    epilog=examples(
        "crm report prospects-by-state --region africa --html prospects.html",
        "crm --json report prospects-by-state --segment satellite | jq .totals",
    ),
)
def prospects_by_state(
    ctx: typer.Context,
    region: Region = None,
    segment: Annotated[str | None, typer.Option(help="Only prospects of this segment.")] = None,
    on: OptionalOn = None,
    language: Annotated[
        Language, typer.Option(help="Of the names of States and regions.")
    ] = Language.ENGLISH,
    csv: Csv = None,
    html: Html = None,
) -> None:
    """Prospects by Member State: all 194, zeros included, and one row for the unassigned."""
    with opened(ctx) as book:
        report = book.reports.prospects_by_state(
            region=region, segment=segment, on=optional_day(book, on), language=language
        )
    _handed_out(ctx, report, csv, html)


def _handed_out(ctx: typer.Context, report: Report, csv: Path | None, html: Path | None) -> None:
    show(ctx, report)
    for path, write in ((csv, report.to_csv), (html, report.to_html)):
        if path is not None:
            say(ctx, f"Written to {write(path)}.")
