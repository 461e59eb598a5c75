"""`crm log`, `crm timeline`, `crm search` and `crm follow-up …`: what happened with accounts and what is to be done."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import DAY, STAFF, After, Number, examples, instant, optional_day
from crm.cli.session import invocation, opened, say_more, show
from crm.cli.tables import Cells, said
from crm.engagement.interactions import InteractionKind
from crm.insight.happening import HappeningKind
from crm.insight.search_sources import FoundKind

follow_up = typer.Typer(help="Next steps: plan, complete and list them.", no_args_is_help=True)

Due = Annotated[str | None, typer.Option(metavar="DAY", help=f"By when. {DAY}")]
Owner = Annotated[str | None, typer.Option(help="Who owes it; the account manager where nobody is named.")]


def log(
    ctx: typer.Context,
    *,
    kind: Annotated[InteractionKind, typer.Argument(help="How the two sides met.")],
    org: options.Organization,
    summary: Annotated[str, typer.Argument(help="What was said, for colleagues.")],
    person: Annotated[
        list[str] | None, typer.Option("--person", help="A contact who took part; may be repeated.")
    ] = None,
    staff: Annotated[
        list[str] | None, typer.Option("--staff", help=f"{STAFF} May be repeated; you, where none is named.")
    ] = None,
    office: Annotated[str | None, typer.Option(help="Which office it was.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was: a day, or 2027-04-01T15:30+02:00.")
    ] = None,
    inbound: Annotated[bool, typer.Option("--inbound", help="They came to us.")] = False,
    next_step: Annotated[str | None, typer.Option("--next", help="The next step.")] = None,
    due: Due = None,
    owner: Annotated[str | None, typer.Option(help="Who owes the next step; the first of our staff.")] = None,
) -> None:
    """Log what happened with an account, and the next step, in one go.

    For example: crm log meeting acme.example "Wants study group access" --person amina@acme.example
    --next "send the fee table" --due 14d
    """
    with opened(ctx) as book:
        logged = book.log(
            kind,
            org,
            summary,
            people=person or (),
            staff=staff or (),
            office=office,
            at=instant(book, at),
            inbound=inbound,
            next=next_step,
            due=due,
            owner=owner,
        )
        if invocation(ctx).as_json:
            show(ctx, logged)
            return
        step = logged.next
        lines = {
            "id": logged.id,
            "account": logged.organization,
            "what": f"{said(logged.interaction.kind)}, {said(logged.interaction.at)}",
            "summary": logged.interaction.summary,
            "people": logged.people,
            "staff": logged.staff,
            "office": logged.interaction.office,
            "next": step and f"{step.what} (by {step.due_on or 'no day set'}, number {step.id})",
        }
        show(ctx, lines)


def timeline(
    ctx: typer.Context,
    *,
    key: Annotated[str, typer.Argument(help="An account or a person, by any key, or a Member State's code.")],
    since: Annotated[str | None, typer.Option(metavar="DAY", help=f"Only from this day on. {DAY}")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help=f"Only up to this day. {DAY}")] = None,
    kind: Annotated[list[HappeningKind] | None, typer.Option(help="Only these; may be repeated.")] = None,
    office: Annotated[str | None, typer.Option(help="Only what is on record for this office.")] = None,
    person: Annotated[str | None, typer.Option(help="Only what this contact had a part in.")] = None,
    text: Annotated[str | None, typer.Option(help="Only where these words stand; see `crm search`.")] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="Begin with the oldest.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="However many there are.")] = False,
    after: After = None,
) -> None:
    """List all that happened, the newest first: talks, letters, answers, asks, memberships, next steps."""
    cells: dict[str, Cells] = {
        "on": lambda row: row.at.date(),
        "what": "kind",
        "": "title",
        "account": "organization",
        "people": "people",
        "office": "office",
        "record": "refers_to",
    }
    with opened(ctx) as book:
        found = book.timeline(
            key,
            since=optional_day(book, since),
            until=optional_day(book, until),
            kinds=kind,
            office=office,
            person=person,
            text=text,
            newest_first=not oldest_first,
            limit=None if everything else limit,
            after=after,
        )
        show(ctx, found, cells, empty="Nothing yet: `crm log`.")
        say_more(found, or_else="--all")


def search(
    ctx: typer.Context,
    *,
    text: Annotated[
        str, typer.Argument(help='Words, the last one may be cut short; a "phrase" in quotes.')
    ] = "",
    kind: Annotated[list[FoundKind] | None, typer.Option(help="Only these; may be repeated.")] = None,
    office: Annotated[str | None, typer.Option(help="Only what is on record for this office.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help=f"Only from this day on. {DAY}")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account and its group.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 50,
    after: After = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make findable what was loaded without its words; nothing else.")
    ] = False,
) -> None:
    """Find what was said, promised and asked for by its words, in any script.

    For example: crm search "fee table" --since 2026-01-01, or crm search '"study group" acc' for a phrase.
    """
    cells: dict[str, Cells] = {
        "on": lambda row: row.at and row.at.date(),
        "what": "kind",
        "text": "snippet",
        "account": "organization",
        "office": "office",
        "record": "refers_to",
    }
    with opened(ctx) as book:
        if rebuild:
            show(ctx, {"written": book.search.rebuild()})
            return
        found = book.search(
            text,
            kinds=kind or None,
            office=office,
            since=optional_day(book, since),
            account=account,
            limit=limit,
            after=after,
        )
        show(ctx, found, cells, empty="Nothing is found.")
        say_more(found, or_else=f"--limit {2 * limit}")


@follow_up.command(epilog=examples('crm follow-up plan acme.example "send the fee table" --due 2w'))
def plan(
    ctx: typer.Context,
    org: options.Organization,
    what: Annotated[str, typer.Argument(help="What is to be done.")],
    due: Due = None,
    owner: Owner = None,
) -> None:
    """Plan a next step."""
    with opened(ctx) as book:
        show(ctx, book.follow_ups.plan(org, what, due=due, owner=owner))


@follow_up.command()
def done(
    ctx: typer.Context,
    number: Number,
    outcome: Annotated[str, typer.Option(help="What came of it.")] = "",
) -> None:
    """Note that a next step is done."""
    with opened(ctx) as book:
        show(ctx, book.follow_ups.complete(number, outcome=outcome))


@follow_up.command(name="list")
def list_open(
    ctx: typer.Context,
    owner: Annotated[str | None, typer.Option(help="Only what this colleague owes.")] = None,
    org: Annotated[str | None, typer.Option(help="Only what concerns this account.")] = None,
    due_by: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"Only what is due by then. {DAY}")
    ] = None,
) -> None:
    """List what is still to be done, the most urgent first."""
    with opened(ctx) as book:
        found = book.follow_ups.open(owner=owner, organization=org, due_by=due_by)
        names = {n: book.organizations.get(n).name for n in {step.organization_id for step in found}}
        staff = {s.id: s.name for s in book.staff}
        cells: dict[str, Cells] = {
            "id": "id",
            "due": "due_on",
            "account": lambda step: names[step.organization_id],
            "what": "what",
            "owner": lambda step: staff.get(step.owner_id),
        }
        show(ctx, found, cells, empty="Nothing is to be done.")
