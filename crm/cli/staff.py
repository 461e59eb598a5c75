"""`crm staff …` and `crm office …`: our own people, where they work, and who is away."""

from typing import Annotated

import typer

from crm.cli.options import DAY, STAFF, Reason, examples
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.insight.portfolio import told_counts

staff = typer.Typer(help="Our own people.", no_args_is_help=True)
office = typer.Typer(help="The offices of the secretariat.", no_args_is_help=True)

Colleague = Annotated[str, typer.Argument(metavar="STAFF", help=STAFF)]


@staff.command(epilog=examples('crm staff add "Dana Reyes" --email dana@accord.example --office BDT'))
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="As it stands under a letter.")],
    email: Annotated[str, typer.Option(help="The address at which answers reach them.")],
    office: Annotated[str, typer.Option(help="Their office, e.g. BDT; see `crm office list`.")],
    title: Annotated[str, typer.Option(help="Their function, as it stands under a letter.")] = "",
    time_zone: Annotated[str, typer.Option(help="An IANA name.")] = "Europe/Zurich",
) -> None:
    """Add a member of staff."""
    with opened(ctx) as book:
        show(ctx, book.staff.add(name, email=email, office=office, title=title, time_zone=time_zone))


@staff.command(name="list")
def list_staff(ctx: typer.Context) -> None:
    """List everybody, by name."""
    cells = {
        "id": "id",
        "name": "name",
        "e-mail": "email",
        "title": "title",
        "office": "office",
        "active": "active",
    }
    with opened(ctx) as book:
        show(ctx, list(book.staff), cells, empty="Nobody yet: `crm staff add`.")


@staff.command()
def retire(
    ctx: typer.Context,
    person: Colleague,
    reason: Reason,
) -> None:
    """Note that somebody no longer works here; their accounts stay theirs until handed over (`crm hand-over`)."""
    with opened(ctx) as book:
        show(ctx, book.staff.retire(person, reason=reason))
        if left := book.portfolios.of(person):
            say(ctx, f"Still theirs: {told_counts(left)}. Hand them over with `crm hand-over`.")


@staff.command(name="hand-overs")
def list_hand_overs(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="STAFF", help="Only those from or to a colleague.")] = "",
) -> None:
    """List the portfolios that were handed over, the latest first; `crm hand-back` undoes one."""
    with opened(ctx) as book:
        names = {member.id: member.name for member in book.staff}
        cells: dict[str, Cells] = {
            "id": "id",
            "at": "handed_at",
            "from": lambda row: names[row.giver_id],
            "to": lambda row: names[row.taker_id],
            "records": lambda row: sum(map(len, row.moved.values())),
            "reason": "reason",
        }
        show(ctx, book.portfolios.handed(person or None), cells)


@staff.command(
    epilog=examples(
        "crm staff away dana@accord.example --since monday --until 'end of month' --deputy lucia@accord.example"
    )
)
def away(
    ctx: typer.Context,
    person: Colleague,
    since: Annotated[str, typer.Option(metavar="DAY", help=f"The first day away. {DAY}")] = "today",
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="The last day away; left out where it is not known.")
    ] = None,
    deputy: Annotated[
        str | None, typer.Option(help="Who stands in and is shown what waits for them.")
    ] = None,
    note: Annotated[str, typer.Option(help="For colleagues.")] = "",
) -> None:
    """Note that somebody is away, and who stands in."""
    with opened(ctx) as book:
        show(ctx, book.staff.away(person, since=since, until=until, deputy=deputy, note=note))


@staff.command()
def back(
    ctx: typer.Context,
    person: Colleague,
    on: Annotated[str, typer.Option(metavar="DAY", help=f"The first day back. {DAY}")] = "today",
) -> None:
    """Note that somebody is back, or will be earlier than was planned."""
    with opened(ctx) as book:
        ended = book.staff.back(person, on=on)
        called_off = ended is None and not invocation(ctx).as_json
        show(ctx, "The absence is called off." if called_off else ended)


@staff.command()
def absences(
    ctx: typer.Context,
    person: Annotated[str | None, typer.Option(metavar="STAFF", help="Only this colleague.")] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only who is away then; all not over yet otherwise.")
    ] = None,
) -> None:
    """List who is or will be away, and who stands in."""
    with opened(ctx) as book:
        names = {row.id: row.name for row in book.staff}
        cells: dict[str, Cells] = {
            "away": lambda row: names[row.staff_id],
            "since": "since_on",
            "until": "until_on",
            "deputy": lambda row: names.get(row.deputy_id),
            "note": "note",
        }
        show(ctx, book.staff.absences(who=person, on=on), cells, empty="Nobody is away.")


@staff.command(
    name="drop-address",
    epilog=examples("crm staff drop-address", "crm staff drop-address dana@accord.example"),
)
def drop_address(
    ctx: typer.Context,
    person: Annotated[
        str | None, typer.Argument(metavar="STAFF", help=f"Whose; yours if nobody is named. {STAFF}")
    ] = None,
) -> None:
    """Show the address that a colleague puts into Bcc, so that what they write to an account is logged."""
    with opened(ctx) as book:
        show(ctx, book.answers.drop_address(person))


@office.command(name="list")
def list_offices(ctx: typer.Context) -> None:
    """List the offices, headquarters first."""
    with opened(ctx) as book:
        show(ctx, list(book.offices), {"code": "code", "name": "name", "kind": "kind", "region": "region"})
