"""`crm standing …`: how accounts stand on any day, what sources have said, and what the ladder of unpaid dues asks for."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import On, OptionalOn, Reason, Synthetic, day, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.membership.contract.contract_case import Postponable
from crm.membership.contract.standing import Punctuality, Standing

app = typer.Typer(
    help="How accounts stand on any day, and what the ladder of unpaid dues asks for.", no_args_is_help=True
)

_SPANS: dict[str, Cells] = {
    "since": "since_on",
    "until": "until_on",
    "standing": "standing",
    "pays": "punctuality",
    "step": "step",
    "says": "source",
    "why": "why",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_ACTS: dict[str, Cells] = {
    "since": "since_on",
    "account": "organization",
    "who": "who",
    "what": "what",
    "why": "why",
}
_NOTICES: dict[str, Cells] = {"sent": "sent_on", "received": "received_on", "document": "document"}
_PUT_OFF: dict[str, Cells] = {
    "step": "step",
    "decided": "decided_on",
    "until": "until_on",
    "reason": "reason",
}


@app.command(
    epilog=examples("crm standing record acme.example good --as-of 2026-10-31 --source 'finance extract'")
)
def record(
    ctx: typer.Context,
    *,
    org: options.Organization,
    how: Annotated[Standing, typer.Argument(metavar="STANDING", help=", ".join(Standing))],
    as_of: On,
    source: Annotated[str, typer.Option(help="Who said so, e.g. a finance extract.")],
    punctuality: Annotated[
        Punctuality | None, typer.Option(help="How it has paid, if the source says so.")
    ] = None,
    synthetic: Synthetic = False,
) -> None:
    """Record what a source said of an account's standing; it counts where no invoice is about the day."""
    with opened(ctx) as book:
        said = book.standing.record(
            org, how, as_of=day(book, as_of), source=source, punctuality=punctuality, synthetic=synthetic
        )
        show(ctx, said)


@app.command(name="show")
def show_standing(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """Show how an account stands on a day, past or to come."""
    with opened(ctx) as book:
        found = book.standing.of(org, on=optional_day(book, on))
        show(ctx, found if found is not None else _unstated(ctx))


@app.command()
def history(ctx: typer.Context, org: options.Organization) -> None:
    """List how an account has stood and will stand; the days to come as if nothing more were paid."""
    with opened(ctx) as book:
        show(ctx, book.standing.spans(org), _SPANS, empty="Nothing is known of how it stands.")


@app.command()
def due(ctx: typer.Context, on: OptionalOn = None) -> None:
    """List what the ladder asks for and of whom: notices of suspension to send, exclusions to decide on."""
    with opened(ctx) as book:
        show(ctx, book.standing.due(on=optional_day(book, on)), _ACTS, empty="Nothing is due.")


@app.command()
def settle(ctx: typer.Context) -> None:
    """Work out anew how all accounts stand, e.g. after an upgrade of the program."""
    with opened(ctx) as book:
        show(ctx, {"accounts": book.standing.settle()})


@app.command(epilog=examples("crm standing notify acme.example --on 2027-09-28 --document 'CL 27/44'"))
def notify(
    ctx: typer.Context,
    org: options.Organization,
    on: On,
    received_on: OptionalOn = None,
    document: Annotated[str, typer.Option(help="What the notice is called, or where it is on file.")] = "",
    override: Annotated[
        str, typer.Option(help="Why it was sent although the account is not suspended by what is on file.")
    ] = "",
) -> None:
    """Record that the notice of suspension was sent to an account on a day."""
    with opened(ctx) as book:
        notice = book.suspension_notices.sent(
            org,
            on=day(book, on),
            received_on=optional_day(book, received_on),
            document=document,
            override=override,
        )
        show(ctx, notice)


@app.command()
def notified(
    ctx: typer.Context,
    org: options.Organization,
    on: On,
    override: Annotated[
        str, typer.Option(help="Why it counts although the suspension that it was about had ended before.")
    ] = "",
) -> None:
    """Record when an account received the latest notice; from then on the days to its exclusion count."""
    with opened(ctx) as book:
        show(ctx, book.suspension_notices.received(org, on=day(book, on), override=override))


@app.command()
def notices(ctx: typer.Context, org: options.Organization) -> None:
    """List the notices of suspension that an account was sent, the oldest first."""
    with opened(ctx) as book:
        show(ctx, book.suspension_notices.of(org), _NOTICES, empty="No notice.")


@app.command(
    epilog=examples(
        "crm standing postpone acme.example suspension --on 2027-09-20 --until 2028-01-01 --reason 'Earthquake'"
    )
)
def postpone(
    ctx: typer.Context,
    *,
    org: options.Organization,
    step: Annotated[Postponable, typer.Argument(metavar="STEP", help=" or ".join(Postponable))],
    on: On,
    until: On,
    reason: Reason,
    override: Annotated[
        str, typer.Option(help="Why it is put off although no step is due or ahead, by what is on file.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be recorded; nothing is written.")
    ] = False,
) -> None:
    """Record that the Secretary-General puts off a suspension or an exclusion until a day."""
    with opened(ctx) as book:
        granted = book.postponements.grant(
            org,
            step,
            on=day(book, on),
            until=day(book, until),
            reason=reason,
            override=override,
            dry_run=dry_run,
        )
        show(ctx, granted)


@app.command()
def postponed(ctx: typer.Context, org: options.Organization) -> None:
    """List what was put off for an account, the oldest decision first."""
    with opened(ctx) as book:
        show(ctx, book.postponements.of(org), _PUT_OFF, empty="Nothing was put off.")


def _unstated(ctx: typer.Context) -> str | None:
    words = "Nobody has said how it stands (`crm standing record`), or it is no member and owes nothing."
    return None if invocation(ctx).as_json else words
