"""`crm subscription …`: who gets which report by mail, when, and what came of it."""

from typing import Annotated

import typer

from crm.cli.options import STAFF, Number, examples
from crm.cli.session import opened, show
from crm.cli.tables import Cells
from crm.errors import InvalidInput
from crm.reports.subscription_tables import Form, Subscription

app = typer.Typer(help="Reports by mail: subscribe, list, preview and end.", no_args_is_help=True)

Reader = Annotated[str, typer.Argument(metavar="STAFF", help=STAFF)]

_DAYS = {"on": "due_on", "outcome": "outcome", "rows": "rows", "letter": "outbox_id", "why": "detail"}


@app.command(
    epilog=examples(
        "crm subscription add dana@accord.example prospects-by-state --every weekly:friday --at 07:30",
        "crm subscription add dana@accord.example prospects --filter owner=me --only-if-rows --form csv",
    )
)
def add(
    ctx: typer.Context,
    *,
    staff: Reader,
    report: Annotated[str, typer.Argument(help="The report's name; see `crm report --help`.")],
    every: Annotated[str, typer.Option(help="daily, weekdays, weekly:friday or monthly:1.")] = "weekdays",
    at: Annotated[str, typer.Option(help="The time of day, where the reader is.")] = "07:00",
    form: Annotated[Form, typer.Option(help="The file that is enclosed.")] = Form.XLSX,
    only_if_rows: Annotated[
        bool, typer.Option("--only-if-rows", help="Do not send it on days without a row.")
    ] = False,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="NAME=VALUE",
            help='What the report is made with; may be repeated. "me" means the reader.',
        ),
    ] = None,
) -> None:
    """Subscribe a colleague to a report."""
    filters = dict(map(_filter, given or ()))
    with opened(ctx) as book:
        added = book.subscriptions.add(
            staff, report, every=every, at=at, form=form, only_if_rows=only_if_rows, **filters
        )
        show(ctx, added)


@app.command(name="list")
def list_subscriptions(
    ctx: typer.Context,
    staff: Annotated[str | None, typer.Option(help="Only those of this colleague.")] = None,
) -> None:
    """List the subscriptions that go on, with what came of the latest one."""
    with opened(ctx) as book:
        readers = {one.id: one.name for one in book.staff}
        found = book.subscriptions.of(staff)
        latest = {one.id: next(iter(book.subscriptions.days(one, limit=1)), None) for one in found}

        def outcome(row: Subscription) -> object:
            day = latest[row.id]
            return f"{day.due_on}: {day.outcome}" if day else "not due yet"

        cells: dict[str, Cells] = {
            "id": "id",
            "reader": lambda row: readers[row.staff_id],
            "report": "report",
            "filters": "filters",
            "when": "cadence",
            "form": "form",
            "latest": outcome,
        }
        show(ctx, found, cells, empty="Nobody has subscribed to anything: `crm subscription add`.")


@app.command()
def days(ctx: typer.Context, number: Number) -> None:
    """List what came of the latest days on which a subscription was due."""
    with opened(ctx) as book:
        show(ctx, book.subscriptions.days(number), _DAYS, empty="It has not been due yet.")


@app.command()
def preview(ctx: typer.Context, number: Number) -> None:
    """Show the report as its subscriber would get it now; nothing is sent."""
    with opened(ctx) as book:
        show(ctx, book.subscriptions.preview(number))


@app.command()
def end(
    ctx: typer.Context, number: Number, reason: Annotated[str, typer.Option(help="Why, for the trail.")] = ""
) -> None:
    """End a subscription."""
    with opened(ctx) as book:
        show(ctx, book.subscriptions.end(number, reason=reason))


def _filter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r} is no NAME=VALUE.", field="filter", value=text)
    return name.strip().replace("-", "_"), value.strip()
