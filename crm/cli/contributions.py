"""`crm contribution …`: the class of contribution of each Member State over time, what it is charged, and its vote."""

from typing import Annotated, Any

import typer

from crm.cli import options
from crm.cli.import_files import DryRun
from crm.cli.options import DAY, On, OptionalOn, Reason, day, examples, optional_day
from crm.cli.session import opened, progress, say, show
from crm.cli.tables import Cells

app = typer.Typer(
    help="Classes of contribution of Member States, what they are charged for them, and their vote.",
    no_args_is_help=True,
)

State = Annotated[str, typer.Argument(metavar="STATE", help="A Member State: its ISO code or its name.")]
Units = Annotated[str, typer.Argument(metavar="UNITS", help='A class: "11", "1 1/2" or "1/16".')]
Override = Annotated[
    str, typer.Option(help="Why it stands although a rule warns, e.g. that the Conference authorised it.")
]


def _origin(row: Any) -> str:
    return "recorded" if row.choice_id else f"{row.origin}, {row.certainty}"


_CLASSES: dict[str, Cells] = {
    "state": "state",
    "units": "units",
    "since": "since_on",
    "until": "until_on",
    "known from": _origin,
    "note": "note",
    "override": "override",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_LINES: dict[str, Cells] = {
    "since": "since_on",
    "until": "until_on",
    "months": "months",
    "units": "units",
    "CHF": lambda line: f"{line.amount:,.2f}",
    "unit": lambda line: f"{line.unit_amount:,.2f}{line.doubt and f' ({line.doubt})'}",
}
_VOTES: dict[str, Cells] = {
    "state": "name",
    "vote": lambda row: {True: "yes", False: "no", None: "not known"}[row.votes],
    "arrears": lambda row: f"{row.arrears:,.2f}",
    "lost with": lambda row: f"{row.limit:,.2f}",
    "lost": lambda row: row.lost_since or row.lost_from,
    "to pay": lambda row: f"{row.to_pay:,.2f}" if row.to_pay else "",
    "by": "pay_by",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_RECORDED: dict[str, Cells] = {
    "effective": "effective_on",
    "units": lambda row: row.units or "taken back",
    "reason": "reason",
    "override": "override",
    "warnings": "warnings",
    "source": "source",
    "recorded": "recorded_at",
    "by": "recorded_by",
}


@app.command(
    name="show", epilog=examples("crm contribution show FRA", "crm contribution show --on 2024-12-31")
)
def show_classes(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Argument(metavar="STATE", help="A Member State; all of them if left out.")
    ] = None,
    on: OptionalOn = None,
) -> None:
    """Show the class of a Member State on a day, or of all of them, with where it is known from."""
    with opened(ctx) as book:
        when = optional_day(book, on)
        found = (book.contributions.of(state, on=when),) if state else book.contributions.all(on=when)
        show(ctx, found, _CLASSES, empty="No class is known.")


@app.command()
def history(ctx: typer.Context, state: State) -> None:
    """List the classes of a Member State, the earliest first, derived and recorded ones."""
    with opened(ctx) as book:
        show(ctx, book.contributions.history(state), _CLASSES, empty="No class is known.")


@app.command()
def recorded(ctx: typer.Context, state: State) -> None:
    """List every line that was recorded of a Member State, those taken back included."""
    with opened(ctx) as book:
        show(ctx, book.contributions.recorded(state), _RECORDED, empty="Nothing is recorded.")


@app.command(epilog=examples("crm contribution check CAN 8 --on 2028-01-01"))
def check(ctx: typer.Context, state: State, units: Units, on: On) -> None:
    """Say what the rules say to a class that would take effect on a day. Nothing is written."""
    with opened(ctx) as book:
        warnings = book.contributions.check(state, units, effective_on=day(book, on))
        show(ctx, warnings, {"rule": "rule", "says": "words", "lowest": "lowest"}, empty="No rule warns.")


@app.command(epilog=examples("crm contribution choose CAN 9 --on 2028-01-01 --reason 'PP-26'"))
def choose(
    ctx: typer.Context,
    *,
    state: State,
    units: Units,
    on: On,
    reason: Reason,
    override: Override = "",
    source: options.Source = "",
    synthetic: options.Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Record that a Member State chose a class; it may take effect inside a financial period."""
    with opened(ctx) as book:
        line = book.contributions.choose(
            state,
            units,
            effective_on=day(book, on),
            reason=reason,
            override=override,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )
        for warning in line.warnings:
            say(ctx, f"Warning: {warning}")
        show(ctx, line)


@app.command()
def withdraw(ctx: typer.Context, state: State, on: On, reason: Reason, *, dry_run: DryRun = False) -> None:
    """Take back what was recorded for a day by mistake; what is derived for it counts again."""
    with opened(ctx) as book:
        withdrawn = book.contributions.withdraw(
            state, effective_on=day(book, on), reason=reason, dry_run=dry_run
        )
        show(ctx, withdrawn)


@app.command()
def assessed(
    ctx: typer.Context,
    state: State,
    year: Annotated[int, typer.Argument(min=1, max=9998, help="The calendar year.")],
) -> None:
    """Say what a Member State contributes for a calendar year, by whole months."""
    with opened(ctx) as book:
        show(ctx, book.contributions.assessed(state, year), _LINES, empty="Nothing: no class is known.")


@app.command(epilog=examples("crm contribution total --on 2024-12-31", "crm contribution total --year 2024"))
def total(
    ctx: typer.Context,
    on: OptionalOn = None,
    year: Annotated[
        int | None, typer.Option(min=1, max=9998, help="Assessed for this calendar year, by whole months.")
    ] = None,
) -> None:
    """Add up the units of all Member States, as they stand on a day or as they are assessed for a year."""
    with opened(ctx) as book:
        facet = book.contributions
        show(ctx, facet.units_assessed(year) if year else facet.units_total(optional_day(book, on)))


@app.command(
    epilog=examples(
        "crm contribution assess 2027 --dry-run", "crm contribution assess 2027 --issued-on 2026-09-15"
    )
)
def assess(
    ctx: typer.Context,
    *,
    year: Annotated[int, typer.Argument(metavar="YEAR", help="The year of the contributions.")],
    issued_on: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"The day of issue; today if left out. {DAY}")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Invoice the contributions of a year, one invoice a Member State; a second time, nothing is left to invoice."""
    with opened(ctx) as book, progress(f"Contributions of {year}") as moved:
        when = optional_day(book, issued_on)
        show(ctx, book.contributions.assess(year, issued_on=when, dry_run=dry_run, progress=moved))
    if dry_run:
        say(ctx, f"State by State: crm report contributions-assessment --year {year}")


@app.command(epilog=examples("crm contribution vote KEN", "crm contribution vote KEN --on 2026-11-09"))
def vote(ctx: typer.Context, state: State, on: OptionalOn = None) -> None:
    """Say whether a Member State may vote on a day, with the figures and the rule; days to come as if nothing more were paid."""
    with opened(ctx) as book:
        told = book.contributions.vote(state, on=optional_day(book, on))
        say(ctx, f"{told}.")
        show(ctx, told)


@app.command()
def votes(
    ctx: typer.Context,
    on: OptionalOn = None,
    *,
    lost: Annotated[
        bool, typer.Option("--lost", help="Only those that have no vote, or will lose it.")
    ] = False,
) -> None:
    """List the votes of all Member States on a day, with what a payment would change; the threshold is unverified."""
    with opened(ctx) as book:
        found = book.contributions.votes(on=optional_day(book, on))
        show(ctx, [each for each in found if each.to_pay or not lost], _VOTES, empty="No vote is lost.")
