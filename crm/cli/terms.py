"""`crm term …`: who is a member of what, since when, and every change of it."""

from enum import StrEnum
from typing import Annotated

import typer

from crm.cli import options
from crm.cli.import_files import DryRun
from crm.cli.options import On, OptionalOn, Reason, Source, Synthetic, day, examples, optional_day
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells
from crm.membership.recorded import Recorded
from crm.reference.categories import Category

app = typer.Typer(
    help="Memberships: join, upgrade, change, denounce, and the terms that follow.", no_args_is_help=True
)


class SectorCode(StrEnum):
    """A Sector of the Union."""

    R = "R"
    T = "T"
    D = "D"


Sector = Annotated[SectorCode, typer.Option(help="The Sector.")]
OptionalSector = Annotated[SectorCode | None, typer.Option(help="The Sector; none for Academia.")]
HeldSector = Annotated[
    SectorCode | None, typer.Option(help="The Sector; may be left out where it holds one membership only.")
]
StudyGroup = Annotated[str | None, typer.Option(help="For an Associate, the one it has selected.")]
Units = Annotated[
    str | None, typer.Option(help='For a Sector Member, the class it has chosen, e.g. "1/2" or "1 1/2".')
]

_TERMS: dict[str, Cells] = {
    "category": "category",
    "in": "coverage",
    "study group": "study_group",
    "units": "units",
    "since": "since_on",
    "until": "until_on",
    "opened by": "opened_by",
    "ended by": "ended_by",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_EVENTS: dict[str, Cells] = {
    "effective": "effective_on",
    "notice": "notice_on",
    "event": "kind",
    "category": "category",
    "in": "coverage",
    "study group": "study_group",
    "units": "units",
    "reason": "reason",
    "agreed by": "agreed_by",
    "source": "source",
    "recorded by": "recorded_by",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@app.command(
    epilog=examples("crm term join acme.example associate --sector T --study-group T-SG13 --on 2026-01-01")
)
def join(
    ctx: typer.Context,
    *,
    org: options.Organization,
    category: Category,
    on: On,
    sector: OptionalSector = None,
    study_group: StudyGroup = None,
    units: Units = None,
    reason: options.OptionalReason = "",
    source: Source = "",
    synthetic: Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Record that an organisation became a member."""
    with opened(ctx) as book:
        opened_term = book.terms.join(
            org,
            category,
            sector=sector,
            study_group=study_group,
            units=units,
            on=day(book, on),
            reason=reason,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )
        show(ctx, opened_term)


@app.command()
def upgrade(
    ctx: typer.Context,
    *,
    org: options.Organization,
    sector: Sector,
    on: On,
    units: Units = None,
    reason: options.OptionalReason = "",
    dry_run: DryRun = False,
) -> None:
    """Record that an Associate became a full member of the Sector."""
    with opened(ctx) as book:
        upgraded = book.terms.upgrade(
            org, sector=sector, units=units, on=day(book, on), reason=reason, dry_run=dry_run
        )
        tell(ctx, upgraded)


@app.command(epilog=examples("crm term further-sector acme.example --sector D --on 2027-01-01"))
def further_sector(
    ctx: typer.Context,
    *,
    org: options.Organization,
    sector: Sector,
    on: On,
    category: Annotated[Category, typer.Option(help="As what it joins.")] = Category.SECTOR_MEMBER,
    study_group: StudyGroup = None,
    units: Units = None,
    reason: options.OptionalReason = "",
    source: Source = "",
    synthetic: Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Record that a member joined a further Sector."""
    with opened(ctx) as book:
        opened_term = book.terms.further_sector(
            org,
            sector=sector,
            category=category,
            study_group=study_group,
            units=units,
            on=day(book, on),
            reason=reason,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )
        show(ctx, opened_term)


@app.command()
def downgrade(
    ctx: typer.Context,
    *,
    org: options.Organization,
    sector: Sector,
    study_group: Annotated[str, typer.Option(help="The one study group that it selects.")],
    on: On,
    reason: options.OptionalReason = "",
    dry_run: DryRun = False,
) -> None:
    """Record that a Sector Member became an Associate."""
    with opened(ctx) as book:
        changed = book.terms.downgrade(
            org,
            sector=sector,
            study_group=study_group,
            on=day(book, on),
            reason=reason,
            dry_run=dry_run,
        )
        tell(ctx, changed)


@app.command()
def class_change(
    ctx: typer.Context,
    *,
    org: options.Organization,
    sector: Sector,
    units: Annotated[str, typer.Option(help='The class that it has chosen, e.g. "1/2" or "1 1/2".')],
    on: On,
    reason: options.OptionalReason = "",
    dry_run: DryRun = False,
) -> None:
    """Record that a Sector Member has chosen another class of contribution."""
    with opened(ctx) as book:
        changed = book.terms.class_change(
            org, sector=sector, units=units, on=day(book, on), reason=reason, dry_run=dry_run
        )
        tell(ctx, changed)


@app.command(
    epilog=examples(
        "crm term correct acme.example --sector T --study-group SG21 --on 2026-01-01 --reason 'SG9 was discontinued'"
    )
)
def correct(
    ctx: typer.Context,
    *,
    org: options.Organization,
    on: On,
    reason: Reason,
    sector: HeldSector = None,
    category: Annotated[Category | None, typer.Option(help="What it is, where that was wrong.")] = None,
    study_group: Annotated[str | None, typer.Option(help="Of an Associate, the one study group.")] = None,
    units: Annotated[str | None, typer.Option(help='Of a Sector Member, the class, e.g. "1/2".')] = None,
    override: Annotated[
        str,
        typer.Option(
            help="Why it is so although the class is too low, or the study group does not exist then."
        ),
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Put a membership right from a day on: its study group, class or category; the ledger keeps what it said before."""
    with opened(ctx) as book:
        corrected = book.terms.correct(
            org,
            sector=sector,
            category=category,
            study_group=study_group,
            units=units,
            on=day(book, on),
            reason=reason,
            override=override,
            dry_run=dry_run,
        )
        tell(ctx, corrected)


def tell(ctx: typer.Context, recorded: Recorded) -> None:
    """Show what came of a change; to people the term, and beside it what its dues are still to be settled by."""
    if invocation(ctx).as_json:
        show(ctx, recorded)
        return
    show(ctx, recorded.term or "Nothing is left of the membership.")
    for year in recorded.to_settle:
        say(ctx, f"{year} `crm dues assess {year.year}` posts it.")


@app.command(name="list")
def list_terms(ctx: typer.Context, org: options.Organization, on: OptionalOn = None) -> None:
    """List the terms of an organisation, all of them or those that run on a day; the oldest first."""
    with opened(ctx) as book:
        show(ctx, book.terms.of(org, on=optional_day(book, on)), _TERMS, empty="No membership.")


@app.command()
def ledger(ctx: typer.Context, org: options.Organization) -> None:
    """List every event of an organisation's membership, in the order in which they take effect."""
    with opened(ctx) as book:
        show(ctx, book.terms.ledger(org), _EVENTS, empty="No event.")
