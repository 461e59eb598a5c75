"""`crm participation …`: what accounts do in the study groups."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import On, Source, Synthetic, day
from crm.cli.session import opened, show
from crm.cli.tables import Cells
from crm.engagement.participation import ParticipationKind

app = typer.Typer(help="What accounts do in the study groups.", no_args_is_help=True)

StudyGroup = Annotated[str, typer.Argument(metavar="STUDY_GROUP", help='E.g. "T-SG13" or "ITU-T SG13".')]

_PARTS: dict[str, Cells] = {
    "on": "on",
    "study group": "study_group",
    "kind": "kind",
    "source": "source",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@app.command(name="record")
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


@app.command(name="list")
def list_participation(ctx: typer.Context, org: options.Organization) -> None:
    """List what an organisation did in the study groups, the newest first."""
    with opened(ctx) as book:
        show(ctx, book.participation.of(org), _PARTS, empty="Nothing is on record.")
