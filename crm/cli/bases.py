"""`crm basis …`: on what ground we write to a person."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import OptionalOn, Reason, examples, optional_day
from crm.cli.session import opened, show
from crm.consent.bases import Purpose
from crm.reference.consent_rules import Basis
from crm.reference.languages import Language

app = typer.Typer(help="The grounds on which we write to people.", no_args_is_help=True)

About = Annotated[Purpose, typer.Argument(help="What we write about.")]
AboutWhat = Annotated[Purpose, typer.Argument(help="What we would write about; campaigns if left out.")]

_CELLS = {
    "id": "id",
    "purpose": "purpose",
    "basis": "basis",
    "since": "on",
    "withdrawn": "withdrawn_on",
    "source": "source",
    "evidence": "evidence",
}


@app.command(
    epilog=examples(
        'crm basis record amina@acme.example campaigns consent --source "fair" --evidence "form 12"'
    )
)
def record(
    ctx: typer.Context,
    *,
    person: options.Person,
    purpose: About,
    basis: Annotated[Basis, typer.Argument(help="The ground.")],
    source: Annotated[str, typer.Option(help="Where we know it from.")],
    on: OptionalOn = None,
    evidence: Annotated[str, typer.Option(help="What proves it, or where the proof is kept.")] = "",
    wording: Annotated[str, typer.Option(help="The words agreed to, or their version.")] = "",
    language: Annotated[Language | None, typer.Option(help="The language in which they were read.")] = None,
) -> None:
    """Record a ground on which we may write to a person."""
    with opened(ctx) as book:
        first = optional_day(book, on)
        found = book.bases.record(
            person,
            purpose,
            basis,
            source=source,
            on=first,
            evidence=evidence,
            wording=wording,
            language=language,
        )
        show(ctx, found)


@app.command()
def withdraw(
    ctx: typer.Context, person: options.Person, purpose: About, reason: Reason, on: OptionalOn = None
) -> None:
    """Note that a person no longer agrees; one who refuses campaigns is not written to by any."""
    with opened(ctx) as book:
        found = book.bases.withdraw(person, purpose, reason=reason, on=optional_day(book, on))
        show(ctx, found, _CELLS, empty="Nothing was on record; the address is on the suppression list.")


@app.command(name="show")
def show_bases(ctx: typer.Context, person: options.Person) -> None:
    """Show every ground on record for a person, those withdrawn among them."""
    with opened(ctx) as book:
        show(ctx, book.bases.of(person), _CELLS, empty="Nothing is on record.")


@app.command(
    epilog=examples("crm basis check amina@acme.example", "crm basis check amina@acme.example event")
)
def check(ctx: typer.Context, person: options.Person, purpose: AboutWhat = Purpose.CAMPAIGNS) -> None:
    """Say whether we may write to a person about something, and on what ground, for each of their organisations."""
    with opened(ctx) as book:
        found = book.permissions.of(person, purpose)
        show(
            ctx, found, {"allowed": "allowed", "ground": "words"}, empty="They stand for no organisation now."
        )
