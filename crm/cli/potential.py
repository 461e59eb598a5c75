"""`crm potential …`: what members could be asked for, why, and how sure the ranking is."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import DAY, OptionalOn, examples
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.cli.terms import SectorCode
from crm.insight.potential import Potential
from crm.reference.opportunity_stages import OpportunityKind

app = typer.Typer(
    help="What Associates and Sector Members could be asked for: upgrades and further Sectors.",
    no_args_is_help=True,
)

Kind = Annotated[OpportunityKind, typer.Argument(metavar="KIND", help="upgrade or further_sector.")]


def _reasons(potential: Potential) -> str:
    return "; ".join(map(str, (*potential.speaks, *potential.against))) or "nothing speaks for it"


_RANKED: dict[str, Cells] = {
    "organisation": "organization",
    "what": "title",
    "CHF a year": lambda potential: f"{potential.yearly.amount:,.2f}",
    "points": "points",
    "chance": lambda potential: "" if potential.chance is None else f"{potential.chance:.0%}",
    "reasons": _reasons,
    "clearance": lambda potential: potential.clearance and potential.clearance.verdict.value,
    "": lambda potential: "synthetic" if potential.facts.synthetic else "",
}
_OF_ONE: dict[str, Cells] = {
    **{heading: cell for heading, cell in _RANKED.items() if heading != "organisation"},
    "how the amount comes about": lambda potential: str(potential.yearly),
    "how the chance comes about": lambda potential: "; ".join(map(str, potential.contributions)),
    "clearance": "clearance",
}


@app.command(name="list", epilog=examples("crm potential list --region africa --kind upgrade --limit 50"))
def list_ranked(
    ctx: typer.Context,
    *,
    kind: Annotated[OpportunityKind | None, typer.Option(help="Only this kind of ask.")] = None,
    region: Annotated[
        str | None, typer.Option(help="Only accounts based in this development region, by slug or name.")
    ] = None,
    segment: Annotated[str | None, typer.Option(help="Only accounts of this segment.")] = None,
    held: Annotated[
        bool, typer.Option("--held", help="Also what something holds back, such as arrears.")
    ] = False,
    on: Annotated[str | None, typer.Option(metavar="DAY", help=f"Look from another day. {DAY}")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; the best ones.")] = 20,
) -> None:
    """List what members could be asked for, the best first: the points of the reasons add up to the rank."""
    with opened(ctx) as book:
        found = book.potential.ranked(
            kind=kind, region=region, segment=segment, held=held, on=on, limit=limit, clearance=True
        )
    show(ctx, found, _RANKED, empty="Nothing to ask for.")
    if len(found) == limit:
        say(ctx, f"The best {limit}; --limit shows more, and `crm report potential` what all of it comes to.")


@app.command(name="of", epilog=examples("crm potential of acme.example"))
def of_one(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """Show what an account could be asked for: the money, every reason with its points, and the clearance."""
    with opened(ctx) as book:
        show(ctx, book.potential.of(org, on=on), _OF_ONE, empty="Nothing to ask for.")


@app.command(name="open", epilog=examples("crm potential open acme.example upgrade --sector T"))
def open_ask(
    ctx: typer.Context,
    org: options.Organization,
    kind: Kind,
    sector: Annotated[SectorCode, typer.Option(help="The Sector.")],
    expected: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"When an answer is expected. {DAY}")
    ] = None,
) -> None:
    """Make an ask of it: an opportunity with the yearly amount, and the reasons as a note."""
    with opened(ctx) as book:
        show(ctx, book.potential.open(org, kind, sector=sector.value, expected=expected))


@app.command()
def model(ctx: typer.Context, on: OptionalOn = None) -> None:
    """Show what won and lost asks teach, how it was judged beside the weights, and which of the two ranks."""
    with opened(ctx) as book:
        found = book.potential.model(on=on)
    show(ctx, found if invocation(ctx).as_json else str(found))
