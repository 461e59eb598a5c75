"""`crm person …`: the contacts and their positions."""

from pathlib import Path
from typing import Annotated

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.options import (
    ORGANIZATION,
    On,
    OptionalOn,
    OptionalReason,
    Reason,
    Synthetic,
    day,
    examples,
    optional_day,
)
from crm.cli.session import invocation, opened, say, show
from crm.directory.people import Person, Position
from crm.errors import InvalidInput
from crm.reference.languages import Language

app = typer.Typer(help="Contacts: add and show people, and note where they work.", no_args_is_help=True)

Email = Annotated[str | None, typer.Option(help="One e-mail address.")]
Spoken = Annotated[Language | None, typer.Option(help="Language of correspondence.")]
Phone = Annotated[str | None, typer.Option(help="A telephone number.")]
TimeZone = Annotated[str | None, typer.Option(help="An IANA name, e.g. Africa/Nairobi.")]
Salutation = Annotated[
    str | None,
    typer.Option(help='How letters in their language address them, e.g. "Excellency"; "" for the usual.'),
]
Role = Annotated[str, typer.Option(help='The function there, e.g. "Head of regulatory affairs".')]
Focal = Annotated[
    bool, typer.Option("--focal-point", help="Letters to the organisation go to this person first.")
]


@app.command(
    epilog=examples(
        'crm person add "Amina Odhiambo" --email amina@acme.example --at acme.example --language en'
    )
)
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="As the person writes it, in any script.")],
    email: Email = None,
    at: Annotated[str | None, typer.Option(metavar="ORG", help=ORGANIZATION)] = None,
    role: Role = "",
    focal_point: Focal = False,
    since: OptionalOn = None,
    language: Spoken = None,
    phone: Phone = None,
    time_zone: TimeZone = None,
    salutation: Salutation = None,
    synthetic: Synthetic = False,
) -> None:
    """Add a contact, with a first position if an organisation is named."""
    with opened(ctx) as book:
        person = book.people.add(
            name,
            email=email,
            at=at,
            role=role,
            focal_point=focal_point,
            since=optional_day(book, since),
            language=language,
            phone=phone,
            time_zone=time_zone,
            salutation=salutation,
            synthetic=synthetic,
        )
        show(ctx, person)


@app.command()
def change(
    ctx: typer.Context,
    person: options.Person,
    name: Annotated[str | None, typer.Option(help="The full name.")] = None,
    email: Email = None,
    language: Spoken = None,
    phone: Phone = None,
    time_zone: TimeZone = None,
    salutation: Salutation = None,
    reason: OptionalReason = "",
) -> None:
    """Change what is known about a person."""
    given = {"name": name, "email": email, "language": language, "phone": phone}
    given |= {"time_zone": time_zone, "salutation": salutation}
    fields = {field: value for field, value in given.items() if value is not None}
    if not fields:
        raise InvalidInput(
            "Nothing is to be changed.", hint="Name a field: `crm person change --help` lists them."
        )
    with opened(ctx) as book:
        show(ctx, book.people.change(person, reason=reason or None, **fields))


@app.command(name="show")
def show_(ctx: typer.Context, person: options.Person) -> None:
    """Show a person with all positions on record."""
    with opened(ctx) as book:
        found = book.people.get(person)
        positions = book.people.positions(found)
        if invocation(ctx).as_json:
            show(ctx, {"person": found, "positions": positions})
        else:
            hidden = {"normal_name", "email_key"}
            fields = {n: getattr(found, n) for n in type(found).model_fields if n not in hidden}
            show(ctx, fields | {"positions": [_told(book, position) for position in positions]})


@app.command()
def join(
    ctx: typer.Context,
    *,
    person: options.Person,
    org: options.Organization,
    role: Role = "",
    focal_point: Focal = False,
    since: OptionalOn = None,
) -> None:
    """Note a further position of a person; the ones they hold go on."""
    with opened(ctx) as book:
        first = optional_day(book, since)
        show(ctx, book.people.join(person, org, role=role, focal_point=focal_point, since=first))


@app.command()
def leave(ctx: typer.Context, person: options.Person, org: options.Organization, on: On = "today") -> None:
    """Note that a person left an organisation; the last day is the one given."""
    with opened(ctx) as book:
        show(ctx, book.people.leave(person, org, on=day(book, on)))


@app.command()
def at(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """List who holds a position at an organisation, focal points first."""
    with opened(ctx) as book:
        found: tuple[Person, ...] = book.people.at(org, on=optional_day(book, on))
        cells = {
            "id": "id",
            "name": "name",
            "e-mail": "email",
            "language": "language",
            "time zone": "time_zone",
        }
        show(ctx, found, cells, empty="Nobody is on record there: `crm person add … --at ORG`.")


@app.command(epilog=examples("crm person export amina@acme.example --to amina.json"))
def export(
    ctx: typer.Context,
    person: options.Person,
    to: Annotated[
        Path | None,
        typer.Option(help="A file that only you can read: JSON where it ends with .json, else a text."),
    ] = None,
) -> None:
    """Show all that is held on a person, for them to read."""
    with opened(ctx) as book:
        data = book.people.export(person)
        if to is not None:
            path = data.to_json(to) if to.suffix == ".json" else data.to_text(to)
            show(ctx, {"file": path} if invocation(ctx).as_json else f"Written to {path}.")
        elif invocation(ctx).as_json:
            typer.echo(data.to_json(), nl=False)
        else:
            show(ctx, str(data))


@app.command(
    epilog=examples(
        'crm person erase amina@acme.example --reason "asked by letter"',
        'crm person erase amina@acme.example --reason "asked by letter" --confirm 41',
    )
)
def erase(
    ctx: typer.Context,
    *,
    person: options.Person,
    reason: Reason,
    confirm: Annotated[
        int | None,
        typer.Option(
            min=1, help="The count that a first call without it has said; then it is done, for good."
        ),
    ] = None,
    no_suppression: Annotated[
        bool, typer.Option("--no-suppression", help="Their addresses may be written to again.")
    ] = False,
) -> None:
    """Erase a person from every table and from the trail; without `--confirm`, only say what would go."""
    with opened(ctx) as book:
        erasure = book.people.erase(
            person, reason=reason, confirm=confirm, suppress=not no_suppression, dry_run=confirm is None
        )
        told = {"count": erasure.count, "erasure": erasure}
        show(ctx, told if invocation(ctx).as_json else str(erasure))
        if confirm is None:
            say(ctx, f"Nothing was erased yet. To do it: --confirm {erasure.count}")


def _told(book: Book, position: Position) -> str:
    where = book.organizations.get(position.organization_id).name
    until = f" until {position.until_on}" if position.until_on else ""
    since = f" since {position.since_on}" if position.since_on else ""
    return f"{position.role or 'at'} ({where}){since}{until}"
