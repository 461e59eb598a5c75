"""`crm campaign …`: preview a campaign, take a run from its preparation to its launch, and see what came of it."""

from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer

from campaigns import control_cli, desk, results_cli, standing_cli
from campaigns.arguments import Account, LetterOf, Name, RunNumber
from campaigns.catalog import find_campaign, known_campaigns
from campaigns.drawing import Drawing
from campaigns.facts import known_facts
from campaigns.letters_page import campaign_letters
from crm.cli.deciding import LETTERS
from crm.cli.mail import show_rendered
from crm.cli.options import examples
from crm.cli.session import invocation, opened, progress, say, show
from crm.outreach.run_tables import RunStatus
from crm.reports.forms.file import written

app = typer.Typer(help="Campaigns: preview, approve, launch and measure them.", no_args_is_help=True)

_RUNS = {
    "id": "id",
    "campaign": "campaign",
    "status": "status",
    "prepared": "prepared_at",
    "by": "author",
    "note": "note",
}


@app.command(name="list")
def list_campaigns(ctx: typer.Context) -> None:
    """List the campaigns that there are."""
    rows = [
        {
            "name": campaign.name,
            "title": campaign.title,
            "purpose": campaign.purpose,
            "steps": [str(step) for step in campaign.journey.steps],
        }
        for campaign in known_campaigns().values()
    ]
    cells = {
        "name": lambda row: row["name"],
        "purpose": lambda row: row["purpose"],
        "steps": lambda row: row["steps"],
    }
    show(ctx, rows, cells)


@app.command(
    name="show",
    epilog=examples("crm campaign show associate_upgrade", "crm campaign show cross_sell --html flow.html"),
)
def show_campaign(
    ctx: typer.Context,
    *,
    name: Name,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page with a picture.")
    ] = None,
) -> None:
    """Show what a campaign is for and draw its journey, step by step."""
    drawing = Drawing(find_campaign(name))
    show(ctx, drawing.to_json() if invocation(ctx).as_json else drawing)
    if html is not None:
        say(ctx, f"Written to {drawing.to_html(html)}.")


@app.command(name="facts")
def list_facts(ctx: typer.Context) -> None:
    """List the facts that the branches of a journey may ask for."""
    rows = [{"name": fact.name, "says": fact.says, "words": fact.words} for fact in known_facts().values()]
    show(ctx, rows, {"name": itemgetter("name"), "says": itemgetter("says"), "what": itemgetter("words")})


@app.command(
    epilog=examples(
        "crm campaign preview associate_upgrade",
        "crm campaign preview associate_upgrade --accounts",
        "crm campaign preview associate_upgrade --letters letters.html --account 'Acme Satellites'",
    )
)
def preview(
    ctx: typer.Context,
    *,
    name: Name,
    accounts: Annotated[bool, typer.Option("--accounts", help="Every account by name.")] = False,
    languages: Annotated[
        bool, typer.Option("--languages", help="Language by language: letters, gaps and reviews.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every account as CSV.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page.")] = None,
    letters: Annotated[
        Path | None,
        typer.Option("--letters", metavar="FILE", help="Write its letters, side by side, as one page."),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACCOUNT", help="Whose letters, by id or exact name; else one for each language."
        ),
    ] = None,
) -> None:
    """Say whom a campaign would reach, who is left out and why. Nothing is written to the book."""
    with opened(ctx) as book:
        found = desk.preview(book, name)
    report = found.accounts() if accounts else found.languages() if languages else found.reach()
    whole = not (accounts or languages or invocation(ctx).as_json)
    show(ctx, found if whole else report)
    if csv is not None:
        say(ctx, f"Written to {found.accounts().to_csv(csv)}.")
    if html is not None:
        say(ctx, f"Written to {report.to_html(html)}.")
    if letters is not None:
        say(ctx, f"Written to {written(campaign_letters(found, account or ()), letters)}.")


@app.command(
    epilog=examples(
        "crm campaign letter associate_upgrade 'Acme Satellites'",
        "crm campaign letter associate_upgrade 4711 --step reminder --html > reminder.html",
    )
)
def letter(
    ctx: typer.Context,
    *,
    name: Name,
    account: Account,
    step: LetterOf = None,
    html: Annotated[
        bool, typer.Option("--html", help="The page instead of the text, to be put into a file.")
    ] = False,
) -> None:
    """Show a letter as an account would get it; also for one that is held out or left out."""
    with opened(ctx) as book:
        show_rendered(ctx, desk.preview(book, name).letter(account, step), html=html)


@app.command(epilog=examples("crm campaign explain associate_upgrade 'Acme Satellites'"))
def explain(ctx: typer.Context, name: Name, account: Account) -> None:
    """Say why a campaign would write to one account or leave it out. Only this account is looked at."""
    with opened(ctx) as book:
        found = desk.explain(book, name, account)
    show(ctx, found if invocation(ctx).as_json else str(found))


@app.command(
    epilog=examples(
        "crm campaign rehearse associate_upgrade",
        "crm campaign rehearse associate_upgrade --csv rehearsal.csv",
    )
)
def rehearse(
    ctx: typer.Context,
    *,
    name: Name,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write every account and every letter as CSV."),
    ] = None,
) -> None:
    """Put every letter together as it would go out, and list what is wrong. Nothing is written to the book.

    The exit code is 1 when a letter cannot be put together.
    """
    with opened(ctx) as book, progress("Putting letters together") as moved:
        found = desk.rehearse(book, name, on_progress=moved)
    show(ctx, found.report() if invocation(ctx).as_json else found)
    if csv is not None:
        say(ctx, f"Written to {found.report().to_csv(csv)}.")
    if found.problems:
        raise typer.Exit(1)


@app.command(
    name="test",
    epilog=examples("crm campaign test associate_upgrade 'Acme Satellites' --to dana@accord.example"),
)
def send_test(
    ctx: typer.Context,
    *,
    name: Name,
    account: Account,
    to: Annotated[str, typer.Option(help="Who gets it: on the active staff, by name or address.")],
    step: LetterOf = None,
) -> None:
    """Send a letter as an account would get it to one of our own staff, marked as a test."""
    with opened(ctx) as book:
        show(ctx, desk.send_test(book, name, account, to=to, step=step), LETTERS)


@app.command(
    epilog=examples(
        "crm campaign prepare associate_upgrade",
        "crm campaign prepare associate_upgrade --standing --ceiling 20 --on opportunity_lost",
    )
)
def prepare(
    ctx: typer.Context,
    *,
    name: Name,
    standing: standing_cli.Standing = False,
    ceiling: standing_cli.Ceiling = None,
    period_days: standing_cli.PeriodDays = None,
    every_hours: standing_cli.EveryHours = None,
    on: standing_cli.On = None,
    again_after_days: standing_cli.AgainAfterDays = None,
) -> None:
    """Freeze the audience of a new run and count it; a colleague approves it."""
    said = {"ceiling": ceiling, "period_days": period_days, "every_hours": every_hours}
    entry = standing_cli.entry_said(name, said | {"on": on, "again_after_days": again_after_days})
    with opened(ctx) as book:
        run = desk.prepare(book, name, standing=standing, entry=entry)
    show(ctx, run)
    count = run.run.ceiling or run.count
    say(ctx, f"Whom it is about, name by name: crm campaign accounts {run.id}")
    say(ctx, f"A colleague approves it: crm --actor colleague@… campaign approve {run.id} --count {count}")


@app.command()
def approve(
    ctx: typer.Context,
    run: RunNumber,
    count: Annotated[int, typer.Option(min=1, help="How many accounts it enrols, as you have seen it.")],
) -> None:
    """Approve a run that a colleague has prepared; you must be on the active staff."""
    with opened(ctx) as book:
        approved = desk.approve(book, run, count=count)
    show(ctx, approved)
    say(ctx, f"Start it: crm campaign launch {approved.id}")


@app.command()
def launch(ctx: typer.Context, run: RunNumber) -> None:
    """Start a run as it was approved; the workers find it."""
    with opened(ctx) as book:
        show(ctx, desk.launch(book, run))


@app.command()
def runs(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only runs of this campaign.")] = None,
    status: Annotated[RunStatus | None, typer.Option(help="Only runs in this status.")] = None,
) -> None:
    """List the runs, the newest first."""
    with opened(ctx) as book:
        show(ctx, book.runs.of(name, status=status), _RUNS, empty="No run yet: `crm campaign prepare`.")


app.command()(results_cli.status)
app.command(epilog=examples("crm campaign accounts 4711", "crm campaign accounts 4711 --state awaiting"))(
    results_cli.accounts
)
app.command(epilog=examples("crm campaign measure 4711", "crm campaign measure 4711 --html results.html"))(
    results_cli.measure
)
for command in (*control_cli.COMMANDS, *standing_cli.COMMANDS):
    app.command()(command)
