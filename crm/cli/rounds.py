"""`crm round …`: rounds in which Member States announce the class of contribution that they choose."""

from decimal import Decimal
from typing import Annotated

import typer

from crm.cli import options
from crm.cli.contributions import Override, State
from crm.cli.import_files import DryRun
from crm.cli.options import OptionalOn, Reason, day, examples, optional_day
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.membership.contributions.contribution_tables import Channel, RoundKind
from crm.membership.contributions.projection import KEEPS, Assumption
from crm.membership.contributions.round_standing import signed

app = typer.Typer(
    help="Announcement rounds: ask Member States for their class, take down answers, see what is at stake.",
    no_args_is_help=True,
)

Round = Annotated[str, typer.Argument(metavar="ROUND", help="Its name, its circular or its number.")]
Kept = Annotated[
    str | None,
    typer.Argument(metavar="UNITS", help='The class: "11" or "1 1/2"; if left out, it keeps its own.'),
]
Document = Annotated[str, typer.Option(help="The letter or note.")]
Chance = Annotated[float, typer.Option(min=0, max=1, help="The chance that a silent State goes down: 0.1.")]
Higher = Annotated[float, typer.Option(min=0, max=1, help="The chance that a silent State goes up: 0.02.")]

_ROUNDS: dict[str, Cells] = {
    "id": "id",
    "name": "name",
    "kind": "kind",
    "circular": "circular",
    "period": "period",
    "opened": "opened_on",
    "deadline": "deadline_on",
    "closed": "closed_on",
    "one unit": "unit_in_words",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_STAKES: dict[str, Cells] = {
    "region": lambda stake: stake.region or "all",
    "direction": "direction",
    "States": "states",
    "units": "units",
    "change": lambda stake: signed(stake.change),
    "CHF a year": lambda stake: f"{stake.chf:,.2f}",
    "CHF change": lambda stake: f"{stake.chf_change:+,.2f}",
}
_ANSWERS: dict[str, Cells] = {
    "state": "name",
    "asked": "asked_on",
    "times": "times_asked",
    "answered": "answered_on",
    "through": "answered_by",
    "has": "before",
    "announced": "announced",
    "direction": "direction",
    "warnings": "warnings",
    "override": "override",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_REMINDERS: dict[str, Cells] = {
    "round": "round",
    "state": "name",
    "step": "step",
    "due": "due_on",
    "deadline": "deadline_on",
    "asked": "asked_on",
    "last asked": "last_asked_on",
    "administration": "organization_id",
}


@app.command(
    name="open",
    epilog=examples(
        "crm round open '2028-2031 provisional' --circular CL-25/36 --period 2028-2031 --deadline 2025-12-31"
    ),
)
def open_round(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help='What to call it, e.g. "2028-2031 provisional".')],
    circular: Annotated[str, typer.Option(help="The letter that asks.")],
    period: Annotated[str, typer.Option(help='The financial period, e.g. "2028-2031".')],
    deadline: Annotated[str, typer.Option(metavar="DAY", help=f"By when to answer. {options.DAY}")],
    kind: Annotated[RoundKind, typer.Option(help="What the answers are.")] = RoundKind.PROVISIONAL,
    unit_amount: Annotated[
        str | None, typer.Option(metavar="CHF", help="One unit for a year; the one on file if left out.")
    ] = None,
    source: Annotated[str, typer.Option(help="Where the unit amount comes from.")] = "",
    on: OptionalOn = None,
    synthetic: options.Synthetic = False,
) -> None:
    """Open a round."""
    with opened(ctx) as book:
        row = book.rounds.open(
            name,
            circular=circular,
            period=period,
            deadline=day(book, deadline),
            kind=kind,
            unit_amount=unit_amount,
            source=source,
            on=optional_day(book, on),
            synthetic=synthetic,
        )
        show(ctx, row)


@app.command(
    epilog=examples("crm round ask CL-25/36", "crm round ask CL-25/36 KEN FRA --channel note_verbale")
)
def ask(
    ctx: typer.Context,
    *,
    key: Round,
    states: Annotated[
        list[str] | None, typer.Argument(metavar="STATE...", help="Member States; all if left out.")
    ] = None,
    channel: Annotated[Channel, typer.Option(help="How they were asked.")] = Channel.CIRCULAR_LETTER,
    on: OptionalOn = None,
    document: Document = "",
    synthetic: options.Synthetic = False,
) -> None:
    """Record that Member States were asked; for those that had been asked before it is a reminder."""
    with opened(ctx) as book:
        asked = book.rounds.ask(
            key,
            states or None,
            channel=channel,
            on=optional_day(book, on),
            document=document,
            synthetic=synthetic,
        )
        show(ctx, asked, {"state": "state", "through": "channel", "on": "asked_on", "document": "document"})


@app.command(
    epilog=examples("crm round answer CL-25/36 FRA --on 2025-11-03", "crm round answer CL-25/36 CAN 10")
)
def answer(
    ctx: typer.Context,
    *,
    key: Round,
    state: State,
    units: Kept = None,
    channel: Annotated[Channel, typer.Option(help="How the answer came.")] = Channel.LETTER,
    on: OptionalOn = None,
    document: Document = "",
    override: Override = "",
    reason: Annotated[
        str, typer.Option(help="Why it was not written down before, where the round is closed by now.")
    ] = "",
    synthetic: options.Synthetic = False,
) -> None:
    """Record what a Member State announced, whatever the rules say to it."""
    with opened(ctx) as book:
        row = book.rounds.answer(
            key,
            state,
            units,
            channel=channel,
            on=optional_day(book, on),
            document=document,
            override=override,
            reason=reason,
            synthetic=synthetic,
        )
        for warning in book.rounds.of(key).standing(row.answered_on).of(row.state).warnings:
            say(ctx, f"Warning: {warning}")
        show(ctx, row)


@app.command(
    epilog=examples(
        "crm round correct CL-25/36 CAN 10 --reason 'misread'",
        "crm round correct PP-26 LBY --override 'Authorised by the Conference' --reason 'The decision was found'",
        "crm round correct CL-25/36 KEN --nothing --reason 'It was the note of Nigeria'",
    )
)
def correct(
    ctx: typer.Context,
    *,
    key: Round,
    state: State,
    units: Annotated[
        str | None, typer.Argument(metavar="UNITS", help="The class that it announced, if that was wrong.")
    ] = None,
    reason: Reason,
    nothing: Annotated[bool, typer.Option("--nothing", help="It had announced nothing at all.")] = False,
    on: OptionalOn = None,
    document: Annotated[str | None, typer.Option(help="The letter or note, if that was wrong.")] = None,
    override: Annotated[str | None, typer.Option(help="The override, if that was wrong.")] = None,
) -> None:
    """Put an answer right that was written down wrongly; both stay on record."""
    with opened(ctx) as book:
        given = {"document": document, "override": override}
        when = optional_day(book, on)
        show(ctx, book.rounds.correct(key, state, units, reason=reason, nothing=nothing, on=when, **given))


@app.command()
def move_deadline(
    ctx: typer.Context,
    key: Round,
    deadline: Annotated[str, typer.Argument(metavar="DAY", help=options.DAY)],
    reason: Reason,
) -> None:
    """Give States more time, or less; reminders refer to the new day."""
    with opened(ctx) as book:
        show(ctx, book.rounds.move_deadline(key, day(book, deadline), reason=reason))


@app.command()
def close(ctx: typer.Context, key: Round, reason: Reason, on: OptionalOn = None) -> None:
    """End a round: nothing more is asked, answered or reminded of in it."""
    with opened(ctx) as book:
        show(ctx, book.rounds.close(key, reason=reason, on=optional_day(book, on)))


@app.command()
def take_over(ctx: typer.Context, *, key: Round, dry_run: DryRun = False) -> None:
    """Record the answers of a closed definitive round as classes from the first day of its period on."""
    cells: dict[str, Cells] = {
        "state": "state",
        "units": "units",
        "from": "effective_on",
        "warnings": "warnings",
    }
    with opened(ctx) as book:
        show(ctx, book.rounds.take_over(key, dry_run=dry_run), cells, empty="Nothing is left to take over.")


@app.command(name="list")
def list_rounds(ctx: typer.Context) -> None:
    """List the rounds, the latest first."""
    with opened(ctx) as book:
        show(ctx, book.rounds.all(), _ROUNDS, empty="No round.")


@app.command(name="show", epilog=examples("crm round show CL-25/36 --on 2025-12-09 --lower 0.1"))
def standing(
    ctx: typer.Context,
    *,
    key: Round,
    on: OptionalOn = None,
    lower: Chance = 0,
    higher: Higher = 0,
    basis: Annotated[str, typer.Option(help="Where these chances come from.")] = "as stated with the command",
    answers: Annotated[bool, typer.Option("--answers", help="List every answer as well.")] = False,
) -> None:
    """Show how a round stands on a day: who answered, what is at stake where, and what it may come to."""
    chances = Decimal(str(lower)), Decimal(str(higher))
    assumption = Assumption(*chances, basis) if any(chances) else KEEPS
    with opened(ctx) as book:
        when = day(book, on) if on else book.staff.today()
        found = book.rounds.of(key).standing(when, assumption=assumption)
    if invocation(ctx).as_json:
        show(ctx, found)
        return
    show(ctx, str(found))
    show(ctx, (*found.by_direction, *found.by_region), _STAKES)
    if answers:
        heard = [each for each in found.states if each.has_answered]
        show(ctx, heard, _ANSWERS, empty="No answer.")


@app.command()
def reminders(ctx: typer.Context, on: OptionalOn = None) -> None:
    """List the Member States that are due a reminder, in all open rounds."""
    with opened(ctx) as book:
        due = book.rounds.reminders_due(on=optional_day(book, on))
        show(ctx, due, _REMINDERS, empty="No reminder is due.")


@app.command()
def compare(ctx: typer.Context, first: Round, second: Round, on: OptionalOn = None) -> None:
    """Set two rounds about one period side by side: mostly the provisional and the definitive one."""
    cells: dict[str, Cells] = {
        "state": "name",
        "has": "before",
        "first": "first",
        "second": "second",
        "": "agreement",
        "change": lambda each: signed(each.change),
    }
    with opened(ctx) as book:
        found = book.rounds.compare(first, second, on=optional_day(book, on))
    if invocation(ctx).as_json:
        show(ctx, found)
        return
    show(ctx, str(found))
    show(ctx, [each for each in found.states if each.agreement != "neither"], cells, empty="No answer.")
