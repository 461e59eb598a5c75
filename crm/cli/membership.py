"""`crm standing …` and `crm participation …`: how accounts stand and what they do."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import On, OptionalOn, Source, Synthetic, day, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.engagement.participation import ParticipationKind
from crm.membership.standing import Punctuality, Standing

standing = typer.Typer(help="How accounts stand, as finance or another source says.", no_args_is_help=True)
participation = typer.Typer(help="What accounts do in the study groups.", no_args_is_help=True)

StudyGroup = Annotated[str, typer.Argument(metavar="STUDY_GROUP", help='E.g. "T-SG13" or "ITU-T SG13".')]

_PARTS: dict[str, Cells] = {
    "on": "on",
    "study group": "study_group",
    "kind": "kind",
    "source": "source",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@standing.command(
    epilog=examples("crm standing record acme.example good --as-of 2026-10-31 --source 'finance extract'")
)
def record(
    ctx: typer.Context,
    *,
    org: options.Organization,
    how: Annotated[Standing, typer.Argument(metavar="STANDING", help=", ".join(Standing))],
    as_of: On,
    source: Annotated[str, typer.Option(help="Who said so, e.g. a finance extract.")],
    punctuality: Annotated[
        Punctuality | None, typer.Option(help="How it has paid, if the source says so.")
    ] = None,
    synthetic: Synthetic = False,
) -> None:
    """Record what a source said of an account's standing."""
    with opened(ctx) as book:
        said = book.standing.record(
            org, how, as_of=day(book, as_of), source=source, punctuality=punctuality, synthetic=synthetic
        )
        show(ctx, said)


@standing.command(name="show")
def show_standing(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """Show the latest statement about an account by a day."""
    with opened(ctx) as book:
        found = book.standing.of(org, on=optional_day(book, on))
        show(ctx, found if found is not None else _unstated(ctx))


@participation.command(name="record")
def record_participation(
    ctx: typer.Context,
    *,
    org: options.Organization,
    study_group: StudyGroup,
    kind: ParticipationKind,
    on: On,
    source: Source = "",
    synthetic: Synthetic = False,
) -> None:
    """Record that an organisation took part in a study group, or asked about it."""
    with opened(ctx) as book:
        part = book.participation.record(
            org, study_group, kind, on=day(book, on), source=source, synthetic=synthetic
        )
        show(ctx, part)


@participation.command(name="list")
def list_participation(ctx: typer.Context, org: options.Organization) -> None:
    """List what an organisation did in the study groups, the newest first."""
    with opened(ctx) as book:
        show(ctx, book.participation.of(org), _PARTS, empty="Nothing is on record.")


def _unstated(ctx: typer.Context) -> str | None:
    return None if invocation(ctx).as_json else "Nobody has said how it stands: `crm standing record`."
