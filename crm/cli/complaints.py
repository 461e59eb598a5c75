"""`crm complaint …`: what accounts and people have complained of."""

from typing import Annotated

import typer

from crm.cli.options import ORGANIZATION, PERSON, Number, examples
from crm.cli.session import opened, show
from crm.cli.tables import Cells

app = typer.Typer(help="Complaints: record, resolve and list them.", no_args_is_help=True)


@app.command(
    epilog=examples(
        'crm complaint record "Two letters in one week" --org acme.example --person amina@acme.example --source call'
    )
)
def record(
    ctx: typer.Context,
    *,
    what: Annotated[str, typer.Argument(help="What it is about, for colleagues.")],
    source: Annotated[str, typer.Option(help="How it reached us, e.g. letter or call.")],
    org: Annotated[str | None, typer.Option(help=f"The account that complains. {ORGANIZATION}")] = None,
    person: Annotated[str | None, typer.Option(help=f"Who complained, where it is known. {PERSON}")] = None,
) -> None:
    """Record a complaint; until it is resolved, campaigns hold off and people take care."""
    with opened(ctx) as book:
        show(ctx, book.complaints.record(what, source=source, organization=org, person=person))


@app.command()
def resolve(
    ctx: typer.Context, number: Number, outcome: Annotated[str, typer.Option(help="What came of it.")]
) -> None:
    """Note that a complaint is settled, and how."""
    with opened(ctx) as book:
        show(ctx, book.complaints.resolve(number, outcome=outcome))


@app.command(name="list")
def list_complaints(
    ctx: typer.Context,
    *,
    org: Annotated[str | None, typer.Option(help="All those of this account, the resolved ones too.")] = None,
    person: Annotated[str | None, typer.Option(help="All those of this person.")] = None,
) -> None:
    """List the complaints that nobody has resolved, the oldest first; or all of an account or person."""
    cells: dict[str, Cells] = {
        "id": "id",
        "since": "recorded_at",
        "what": "what",
        "account": lambda row: row.organization_id and book.organizations.get(row.organization_id),
        "person": lambda row: row.person_id and book.people.get(row.person_id),
        "source": "source",
        "resolved": "resolved_at",
        "outcome": "outcome",
    }
    with opened(ctx) as book:
        found = book.complaints.of(org, person=person) if org or person else book.complaints.open()
        show(ctx, found, cells, empty="None.")
