"""`crm segment …`: the parts of the digital ecosystem, and how many organisations each has."""

from typing import Annotated

import typer

from crm.cli.options import On, day, examples
from crm.cli.session import opened, show
from crm.reference.languages import Language
from crm.reference.sector_concerns import Concern

app = typer.Typer(help="The parts of the digital ecosystem: list and edit them.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="SEGMENT", help="By slug or name; see `crm segment list`.")]


@app.command(name="list")
def list_segments(ctx: typer.Context) -> None:
    """List the segments in use."""
    cells = {"slug": "slug", "name": "name", "description": "description", "certainty": "certainty"}
    with opened(ctx) as book:
        show(ctx, list(book.segments), cells)


@app.command(epilog=examples("crm segment concerns cloud"))
def concerns(ctx: typer.Context, segment: Key, on: On = "today") -> None:
    """Show what each Sector works on that concerns a segment, as letters say it."""
    with opened(ctx) as book:
        found = list(book.sector_concerns.of(segment, on=day(book, on)))
    show(
        ctx,
        found,
        {"sector": "sector", "study group": "study_group", "works on": _about, "certainty": "certainty"},
    )


@app.command(epilog=examples('crm segment add "Data spaces" --keyword "data space"'))
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="How it is called.")],
    slug: Annotated[str | None, typer.Option(help="Its key; made from the name if left out.")] = None,
    description: Annotated[str, typer.Option(help="What belongs to it.")] = "",
    keyword: Annotated[
        list[str] | None, typer.Option(help="A phrase of industries that means it; may be repeated.")
    ] = None,
) -> None:
    """Add a segment to the list."""
    with opened(ctx) as book:
        show(ctx, book.segments.add(name, slug=slug, description=description, keywords=keyword or ()))


@app.command()
def rename(
    ctx: typer.Context,
    segment: Key,
    name: Annotated[str, typer.Argument(help="How it is called from now on.")],
) -> None:
    """Give a segment another name; its slug stays."""
    with opened(ctx) as book:
        show(ctx, book.segments.rename(segment, name))


@app.command()
def retire(ctx: typer.Context, segment: Key) -> None:
    """Take a segment out of use."""
    with opened(ctx) as book:
        show(ctx, book.segments.retire(segment))


@app.command(
    epilog=examples(
        'crm segment population cloud --region africa --organizations 120 --source "Regulators\' register"'
    )
)
def population(
    ctx: typer.Context,
    segment: Key,
    region: Annotated[str, typer.Option(help="A development region, by slug or name.")],
    organizations: Annotated[int, typer.Option(min=1, help="How many there are.")],
    source: Annotated[str, typer.Option(help="Who says so.")],
    on: On = "today",
) -> None:
    """State how many organisations a segment has in a region, by a source; the report of segments then counts from it."""
    with opened(ctx) as book:
        as_of = day(book, on)
        stated = book.populations.state(
            segment, region=region, organizations=organizations, source=source, as_of=as_of
        )
        show(ctx, stated)


def _about(concern: Concern) -> str:
    return concern.words[Language.ENGLISH]
