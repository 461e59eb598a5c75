"""`crm duplicates …`: what is probably in the book twice, and what only looks so."""

from typing import Annotated

import typer

from crm.cli.options import DAY, OptionalReason, Reason, examples, optional_day
from crm.cli.session import opened, show
from crm.cli.tables import Cells
from crm.insight.duplicates import PROBABLE

app = typer.Typer(help="What is probably in the book twice: find it, or tell it apart.", no_args_is_help=True)

AtLeast = Annotated[float, typer.Option(min=0.3, max=1.0, help="How sure it has to be.")]
Key = Annotated[str, typer.Argument(help="An organisation or a person, by any key.")]
Other = Annotated[str, typer.Argument(help="The other one; its id says which for sure.")]

_PAIRS: dict[str, Cells] = {
    "sure": lambda pair: f"{pair.score:.0%}",
    "keep": lambda pair: f"{pair.keep_id} {pair.keep}",
    "duplicate": lambda pair: f"{pair.duplicate_id} {pair.duplicate}",
    "because": lambda pair: "; ".join(pair.because),
}
_APART: dict[str, Cells] = {
    "one": "one_id",
    "other": "other_id",
    "why": "reason",
    "by": "judged_by",
    "at": "judged_at",
}
_NEXT = (
    "crm duplicates list --country KE --since 2027-01-01",
    "crm merge 4711 4712 --reason 'one register entry'",
)


@app.command(name="list", epilog=examples(*_NEXT))
def list_(
    ctx: typer.Context,
    *,
    people: Annotated[bool, typer.Option("--people", help="People instead of organisations.")] = False,
    country: Annotated[
        str | None, typer.Option(help="Only organisations of this country: a code or a name.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"Only what was added from this day on. {DAY}")
    ] = None,
    at_least: AtLeast = PROBABLE,
    limit: Annotated[int | None, typer.Option(min=1, help="How many at the most.")] = None,
) -> None:
    """List what is probably one and the same, the surest first, with the reasons."""
    with opened(ctx) as book:
        first = optional_day(book, since)
        if people:
            found = book.duplicates.people(since=first, at_least=at_least, limit=limit)
        else:
            found = book.duplicates.organizations(
                country=country, since=first, at_least=at_least, limit=limit
            )
        show(ctx, found, _PAIRS, empty="Nothing looks like a duplicate.")


@app.command()
def of(ctx: typer.Context, key: Key, at_least: AtLeast = PROBABLE) -> None:
    """Show who in the book is probably this organisation or person."""
    with opened(ctx) as book:
        found = book.duplicates.of(key, at_least=at_least)
        show(ctx, found, _PAIRS, empty="Nothing in the book looks like it.")


@app.command(
    epilog=examples("crm duplicates dismiss 4711 4712 --reason 'two subsidiaries, asked on the phone'")
)
def dismiss(ctx: typer.Context, one: Key, other: Other, reason: Reason) -> None:
    """Note that two records are not the same; they are not listed again."""
    with opened(ctx) as book:
        show(ctx, book.duplicates.dismiss(one, other, reason=reason))


@app.command()
def reconsider(ctx: typer.Context, one: Key, other: Other, reason: OptionalReason = "") -> None:
    """Take back that two records are not the same."""
    with opened(ctx) as book:
        book.duplicates.reconsider(one, other, reason=reason)
        show(ctx, "They are compared again.")


@app.command()
def dismissed(ctx: typer.Context) -> None:
    """List what was judged not to be the same."""
    with opened(ctx) as book:
        show(ctx, book.duplicates.dismissed(), _APART, empty="Nothing was told apart.")
