"""`crm term …`, `crm standing …` and `crm participation …`: who is a member, how it stands and what it does."""

from enum import StrEnum
from typing import Annotated

import typer

from crm.cli import options
from crm.cli.options import On, OptionalOn, Reason, Source, Synthetic, day, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.engagement.participation import ParticipationKind
from crm.membership.standing import Punctuality, Standing
from crm.reference.categories import Category

term = typer.Typer(
    help="Memberships: join, upgrade, denounce, and the terms that follow.", no_args_is_help=True
)
standing = typer.Typer(help="How accounts stand, as finance or another source says.", no_args_is_help=True)
participation = typer.Typer(help="What accounts do in the study groups.", no_args_is_help=True)


class SectorCode(StrEnum):
    """A Sector of the Union."""

    R = "R"
    T = "T"
    D = "D"


Sector = Annotated[SectorCode | None, typer.Option(help="The Sector; none for Academia.")]
StudyGroup = Annotated[str, typer.Argument(metavar="STUDY_GROUP", help='E.g. "T-SG13" or "ITU-T SG13".')]

_TERMS: dict[str, Cells] = {
    "category": "category",
    "in": "coverage",
    "study group": "study_group",
    "since": "since_on",
    "until": "until_on",
    "opened by": "opened_by",
    "ended by": "ended_by",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_PARTS: dict[str, Cells] = {
    "on": "on",
    "study group": "study_group",
    "kind": "kind",
    "source": "source",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_EVENTS: dict[str, Cells] = {
    "effective": "effective_on",
    "event": "kind",
    "category": "category",
    "in": "coverage",
    "study group": "study_group",
    "reason": "reason",
    "source": "source",
    "recorded by": "recorded_by",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@term.command(
    epilog=examples("crm term join acme.example associate --sector T --study-group T-SG13 --on 2026-01-01")
)
def join(
    ctx: typer.Context,
    *,
    org: options.Organization,
    category: Category,
    on: On,
    sector: Sector = None,
    study_group: Annotated[
        str | None, typer.Option(help="For an Associate, the one it has selected.")
    ] = None,
    reason: options.OptionalReason = "",
    source: Source = "",
    synthetic: Synthetic = False,
) -> None:
    """Record that an organisation became a member."""
    with opened(ctx) as book:
        opened_term = book.terms.join(
            org,
            category,
            sector=sector,
            study_group=study_group,
            on=day(book, on),
            reason=reason,
            source=source,
            synthetic=synthetic,
        )
        show(ctx, opened_term)


@term.command()
def upgrade(
    ctx: typer.Context,
    org: options.Organization,
    sector: Annotated[SectorCode, typer.Option(help="The Sector.")],
    on: On,
    reason: options.OptionalReason = "",
) -> None:
    """Record that an Associate became a full member of the Sector."""
    with opened(ctx) as book:
        show(ctx, book.terms.upgrade(org, sector=sector, on=day(book, on), reason=reason))


@term.command()
def denounce(
    ctx: typer.Context, org: options.Organization, on: On, reason: Reason, sector: Sector = None
) -> None:
    """Record that a member leaves; the day is the first on which it is no longer a member."""
    with opened(ctx) as book:
        show(ctx, book.terms.denounce(org, sector=sector, on=day(book, on), reason=reason))


@term.command(name="list")
def list_terms(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """List the terms of an organisation, all of them or those that run on a day; the oldest first."""
    with opened(ctx) as book:
        show(ctx, book.terms.of(org, on=optional_day(book, on)), _TERMS, empty="No membership.")


@term.command()
def ledger(ctx: typer.Context, org: options.Organization) -> None:
    """List every event of an organisation's membership, in the order in which they take effect."""
    with opened(ctx) as book:
        show(ctx, book.terms.ledger(org), _EVENTS, empty="No event.")


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
