"""`crm campaign status`, `accounts` and `measure`: where a run stands, who is in it, and what came of it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from campaigns import desk
from campaigns.arguments import RunNumber
from crm.cli.session import invocation, opened, say, show
from crm.outreach.run_tables import EnrolmentState


def status(
    ctx: typer.Context,
    run: RunNumber,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page.")] = None,
) -> None:
    """Show where a run stands and what came of it, arm by arm."""
    with opened(ctx) as book:
        found = desk.overview(book, run)
    report = found.report()
    if invocation(ctx).as_json:
        show(ctx, {**json.loads(report.to_json()), **found.facts()})
    else:
        show(ctx, found)
        show(ctx, report)
    if html is not None:
        say(ctx, f"Written to {report.to_html(html)}.")


def accounts(
    ctx: typer.Context,
    run: RunNumber,
    state: Annotated[EnrolmentState | None, typer.Option(help="Only accounts that stand so.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write them as CSV.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page.")] = None,
) -> None:
    """List whom a run is about, name by name, as it was frozen: look at it before you approve or admit."""
    with opened(ctx) as book:
        report = desk.accounts(book, run, state=state)
    show(ctx, report)
    if csv is not None:
        say(ctx, f"Written to {report.to_csv(csv)}.")
    if html is not None:
        say(ctx, f"Written to {report.to_html(html)}.")


def measure(
    ctx: typer.Context,
    run: RunNumber,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FOLDER", help="Write a page for each table.")
    ] = None,
) -> None:
    """Say what came of a run: those written to beside those held out, wording beside wording, and who was in touch."""
    with opened(ctx) as book:
        found = desk.measure(book, run)
    show(ctx, found)
    if html is None:
        return
    html.mkdir(parents=True, exist_ok=True)
    for report in found.reports:
        say(ctx, f"Written to {report.to_html(html / f'{report.name}.html')}.")
