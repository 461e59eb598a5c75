"""`crm application …`: from an application to an active member, step by step, and whom each one waits for."""

from typing import Annotated, Any

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.options import OptionalOn, OptionalReason, Reason, Source, Synthetic, examples
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.cli.terms import OptionalSector
from crm.membership.joining.application import Application, in_words
from crm.membership.joining.application_steps import Party
from crm.reference.categories import Category
from crm.reference.opportunity_stages import OpportunityKind

app = typer.Typer(
    help="Applications for membership: enter, forward, approve or refuse, and see whom they wait for.",
    no_args_is_help=True,
)

Key = Annotated[
    str,
    typer.Argument(
        metavar="APPLICATION",
        help="Its number, or the organisation where it has one application that is open.",
    ),
]
StudyGroup = Annotated[str | None, typer.Option(help="For an Associate, the one it selects.")]
Units = Annotated[str | None, typer.Option(help='For a Sector Member, the class it chooses: "1/2".')]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")]
State = Annotated[
    str | None,
    typer.Option(help="The Member State whose administration approves, where it is not that of the place."),
]

_OPEN: dict[str, Cells] = {
    "id": "id",
    "organization": "organization",
    "applies for": lambda row: in_words(row.category, row.coverage),
    "status": "status",
    "waits for": "waits_for",
    "since": "since_on",
    "days": "days",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_STEPS: dict[str, Cells] = {
    "on": "on",
    "step": "step",
    "to": "to_status",
    "reason": "reason",
    "by": "by",
}


@app.command(
    epilog=examples(
        "crm application apply acme.example associate --sector T --study-group T-SG13",
        "crm application apply acme.example sector_member --sector D --on 2026-09-14 --override 'LEI applied for'",
    )
)
def apply(
    ctx: typer.Context,
    *,
    org: options.Organization,
    category: Category,
    sector: OptionalSector = None,
    study_group: StudyGroup = None,
    units: Units = None,
    state: State = None,
    on: OptionalOn = None,
    override: Annotated[
        str, typer.Option(help="Why what speaks against it does not matter; see `warnings`.")
    ] = "",
    source: Source = "",
    synthetic: Synthetic = False,
) -> None:
    """Enter an application that has been signed."""
    with opened(ctx) as book:
        row = book.applications.apply(
            org,
            category,
            sector=sector,
            study_group=study_group,
            units=units,
            state=state,
            on=on,
            override=override,
            source=source,
            synthetic=synthetic,
        )
        show(ctx, row)


@app.command()
def warnings(
    ctx: typer.Context,
    *,
    org: options.Organization,
    category: Category,
    sector: OptionalSector = None,
    study_group: StudyGroup = None,
    units: Units = None,
    state: State = None,
) -> None:
    """Say what speaks against an application, before it is entered."""
    with opened(ctx) as book:
        found = book.applications.warnings(
            org, category, sector=sector, study_group=study_group, units=units, state=state
        )
        show(ctx, found, {"reason": "reason", "words": str, "source": "source"}, empty="Nothing.")


@app.command(name="send-back")
def send_back(ctx: typer.Context, key: Key, reason: Reason, on: OptionalOn = None) -> None:
    """Note that something is missing, and that the applicant has been asked to add it."""
    with opened(ctx) as book:
        show(ctx, book.applications.send_back(key, reason=reason, on=on))


@app.command()
def complete(ctx: typer.Context, key: Key, on: OptionalOn = None, reason: OptionalReason = "") -> None:
    """Note that the applicant has added what was missing."""
    with opened(ctx) as book:
        show(ctx, book.applications.complete(key, on=on, reason=reason))


@app.command()
def forward(ctx: typer.Context, key: Key, on: OptionalOn = None, reason: OptionalReason = "") -> None:
    """Note that it has been forwarded to the administration that must approve it."""
    with opened(ctx) as book:
        show(ctx, book.applications.forward(key, on=on, reason=reason))


@app.command()
def approve(
    ctx: typer.Context,
    key: Key,
    on: OptionalOn = None,
    starts_on: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="A day in the month with which the membership is to begin; before that of the application with --reason.",
        ),
    ] = None,
    reason: OptionalReason = "",
    *,
    invoice: Annotated[
        bool, typer.Option("--invoice/--no-invoice", help="Whether the joining invoice is issued with it.")
    ] = True,
    dry_run: DryRun = False,
) -> None:
    """Note that the administration, or the Secretary-General, has approved it, and issue the joining invoice."""
    with opened(ctx) as book:
        approved = book.applications.approve(
            key, on=on, starts_on=starts_on, reason=reason, invoice=invoice, dry_run=dry_run
        )
        show(ctx, approved)


@app.command()
def invoice(ctx: typer.Context, key: Key, on: OptionalOn = None, *, dry_run: DryRun = False) -> None:
    """Issue the joining invoice of an application that was approved without one."""
    with opened(ctx) as book:
        show(ctx, book.applications.invoice(key, on=on, dry_run=dry_run))


@app.command()
def refuse(ctx: typer.Context, key: Key, reason: Reason, on: OptionalOn = None) -> None:
    """Note that the administration, or the Secretary-General, has refused it."""
    with opened(ctx) as book:
        show(ctx, book.applications.refuse(key, reason=reason, on=on))


@app.command()
def activate(
    ctx: typer.Context, key: Key, reason: Reason, on: OptionalOn = None, *, dry_run: DryRun = False
) -> None:
    """Let the membership begin before its first payment, or where it could not begin with it by itself."""
    with opened(ctx) as book:
        show(ctx, book.applications.activate(key, reason=reason, on=on, dry_run=dry_run))


@app.command()
def withdraw(
    ctx: typer.Context, key: Key, reason: Reason, on: OptionalOn = None, *, dry_run: DryRun = False
) -> None:
    """Note that the applicant does not want it any more; its joining invoice is given back."""
    with opened(ctx) as book:
        show(ctx, book.applications.withdraw(key, reason=reason, on=on, dry_run=dry_run))


@app.command()
def change(
    ctx: typer.Context, key: Key, reason: Reason, study_group: StudyGroup = None, units: Units = None
) -> None:
    """Change the study group or the class that is applied for, as long as nobody has approved it."""
    with opened(ctx) as book:
        show(ctx, book.applications.change(key, study_group=study_group, units=units, reason=reason))


@app.command(name="show")
def show_application(ctx: typer.Context, key: Key) -> None:
    """Show an application with its steps, and the open ask for a first membership of the account beside it."""
    with opened(ctx) as book:
        row = book.applications.get(key)
        steps, asks = book.applications.history(row), _asks(book, row)
    if invocation(ctx).as_json:
        show(ctx, {"application": row, "history": steps, "asks": asks})
        return
    show(ctx, row)
    show(ctx, steps, _STEPS)
    for ask in asks:
        say(
            ctx, f"Open ask {ask.id}: {ask.title}. Winning it stays with you: `crm opportunity win {ask.id}`."
        )


@app.command(name="list")
def list_open(
    ctx: typer.Context,
    party: Annotated[Party | None, typer.Option(help="Only those that wait for it.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only those that the administration of this Member State approves.")
    ] = None,
) -> None:
    """List the applications that somebody must act on, the one that has waited longest first."""
    with opened(ctx) as book:
        show(ctx, book.applications.open(party=party, state=state), _OPEN, empty="None is open.")


@app.command()
def of(ctx: typer.Context, org: options.Organization) -> None:
    """List every application of an organisation, closed ones included, the newest first."""
    with opened(ctx) as book:
        show(ctx, book.applications.of(org), _OPEN, empty="It has never applied.")


def _asks(book: Book, row: Application) -> tuple[Any, ...]:
    return book.opportunities.open(organization=row.organization_id, kind=OpportunityKind.FIRST_MEMBERSHIP)
