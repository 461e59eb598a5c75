"""`crm opportunity …`: what accounts are asked for, how far each ask has come, and how it ended."""

from typing import Annotated, Any

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.options import DAY, Number, OptionalOn, examples
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.cli.terms import SectorCode
from crm.engagement.opportunity_tables import Frequency, Opportunity
from crm.reference.opportunity_stages import OpportunityKind

app = typer.Typer(help="Asks: open them, move them on, win or lose them.", no_args_is_help=True)

Amount = Annotated[str | None, typer.Option(metavar="AMOUNT", help="What is asked for: 1987.50.")]
Currency = Annotated[str | None, typer.Option(metavar="CODE", help="ISO 4217 code of the currency: CHF.")]
Often = Annotated[Frequency | None, typer.Option(help="Whether it is asked for every year or once.")]
Chance = Annotated[
    int | None,
    typer.Option(metavar="PER_CENT", help="How likely it is won, where you know better than the stage."),
]
Expected = Annotated[str | None, typer.Option(metavar="DAY", help=f"When an answer is expected. {DAY}")]
InSector = Annotated[SectorCode | None, typer.Option(help="The Sector that a membership is asked for in.")]
Title = Annotated[str | None, typer.Option(help="What to call it.")]
Owner = Annotated[str | None, typer.Option(help="Whose it is; the account manager's where nobody is named.")]
Office = Annotated[str | None, typer.Option(help="Which office asks; the owner's where none is named.")]
Note = Annotated[str, typer.Option(help="What there is to say, for colleagues.")]
Stage = Annotated[str | None, typer.Option(help="Where it stands, by key or name; see `stages`.")]


def _amount(said: Any) -> str:
    return "" if said.amount is None else f"{said.amount:,} {said.currency}"


_STEPS: dict[str, Cells] = {
    "on": "on",
    "step": "kind",
    "to": "to_stage",
    "amount": _amount,
    "chance": lambda step: f"{step.probability} %",
    "expected": "expected_on",
    "by": "by",
    "note": "note",
}
_STAGES: dict[str, Cells] = {
    "kind": "kind",
    "stage": "stage",
    "name": "name",
    "chance": lambda stage: f"{stage.probability} %",
    "outcome": "outcome",
    "certainty": "certainty",
}


@app.command(
    epilog=examples(
        "crm opportunity add acme.example upgrade --sector T --amount 21200 --expected 2027-03-01"
    )
)
def add(
    ctx: typer.Context,
    *,
    org: options.Organization,
    kind: Annotated[OpportunityKind, typer.Argument(help="What is asked for.")],
    stage: Stage = None,
    amount: Amount = None,
    currency: Currency = None,
    frequency: Often = None,
    probability: Chance = None,
    expected: Expected = None,
    sector: InSector = None,
    title: Title = None,
    owner: Owner = None,
    office: Office = None,
    source: options.Source = "",
    note: Note = "",
    synthetic: options.Synthetic = False,
) -> None:
    """Open an ask."""
    fields = _given(
        amount=amount,
        currency=currency,
        frequency=frequency,
        expected=expected,
        sector=sector,
        title=title,
        owner=owner,
        office=office,
    )
    with opened(ctx) as book:
        row = book.opportunities.add(
            org,
            kind,
            stage=stage,
            probability=probability,
            note=note,
            source=source,
            synthetic=synthetic,
            **fields,
        )
        show(ctx, row)


@app.command()
def move(
    ctx: typer.Context,
    number: Number,
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="The stage, by key or name; see `stages`.")],
    probability: Chance = None,
    note: Note = "",
) -> None:
    """Move an ask to another stage, forth or back."""
    with opened(ctx) as book:
        show(ctx, book.opportunities.move(number, stage, probability=probability, note=note))


@app.command()
def change(
    ctx: typer.Context,
    *,
    number: Number,
    amount: Amount = None,
    currency: Currency = None,
    frequency: Often = None,
    probability: Chance = None,
    expected: Expected = None,
    sector: InSector = None,
    title: Title = None,
    owner: Owner = None,
    office: Office = None,
    reason: options.OptionalReason = "",
) -> None:
    """Change what is asked for, how likely, or by when; its history keeps what stood there."""
    fields = _given(
        amount=amount,
        currency=currency,
        frequency=frequency,
        probability=probability,
        expected=expected,
        sector=sector,
        title=title,
        owner=owner,
        office=office,
    )
    with opened(ctx) as book:
        show(ctx, book.opportunities.change(number, reason=reason or None, **fields))


@app.command()
def win(ctx: typer.Context, number: Number, on: OptionalOn = None, note: Note = "") -> None:
    """Note that an account said yes. It changes no membership and books no money."""
    with opened(ctx) as book:
        show(ctx, book.opportunities.win(number, on=on, note=note))


@app.command()
def lose(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks the next time.")],
    on: OptionalOn = None,
) -> None:
    """Note that an account said no, or that nothing will come of an ask."""
    with opened(ctx) as book:
        show(ctx, book.opportunities.lose(number, reason=reason, on=on))


@app.command()
def reopen(
    ctx: typer.Context,
    number: Number,
    note: Annotated[str, typer.Option(help="Why it is open again.")],
    stage: Stage = None,
) -> None:
    """Open an ask again that was won or lost."""
    with opened(ctx) as book:
        show(ctx, book.opportunities.reopen(number, stage=stage, note=note))


@app.command(name="list")
def list_open(
    ctx: typer.Context,
    owner: Annotated[str | None, typer.Option(help="Only those of this colleague.")] = None,
    office: Annotated[str | None, typer.Option(help="Only those of this office.")] = None,
    kind: Annotated[OpportunityKind | None, typer.Option(help="Only those of this kind.")] = None,
    org: Annotated[str | None, typer.Option(help="Only those to this account.")] = None,
) -> None:
    """List the open asks, the one whose answer is due first before the others."""
    with opened(ctx) as book:
        found = book.opportunities.open(owner=owner, office=office, kind=kind, organization=org)
        show(ctx, found, _asks(book, found), empty="No ask is open.")


@app.command(name="show")
def show_one(ctx: typer.Context, number: Number) -> None:
    """Show an ask with every step of it."""
    with opened(ctx) as book:
        row, steps = book.opportunities.get(number), book.opportunities.history(number)
        if invocation(ctx).as_json:
            show(ctx, {"opportunity": row, "history": steps})
            return
        show(ctx, (row,), _asks(book, (row,)))
        show(ctx, steps, _STEPS)


@app.command()
def stages(
    ctx: typer.Context,
    kind: Annotated[OpportunityKind | None, typer.Option(help="Only those of this kind.")] = None,
) -> None:
    """List the stages of each kind of ask."""
    with opened(ctx) as book:
        found = book.opportunity_stages.of(kind) if kind else tuple(book.opportunity_stages)
        show(ctx, found, _STAGES)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _asks(book: Book, found: tuple[Opportunity, ...]) -> dict[str, Cells]:
    names = {n: book.organizations.get(n).name for n in {ask.organization_id for ask in found}}
    staff = {s.id: s.name for s in book.staff}
    return {
        "id": "id",
        "expected": "expected_on",
        "account": lambda ask: names[ask.organization_id],
        "ask": "title",
        "stage": "stage",
        "amount": lambda ask: f"{_amount(ask)} {ask.frequency}" if ask.amount is not None else "",
        "chance": lambda ask: f"{ask.probability} %{' (stated)' if ask.basis == 'stated' else ''}",
        "owner": lambda ask: staff.get(ask.owner_id),
        "office": "office",
        "": lambda ask: "synthetic" if ask.synthetic else "",
    }
