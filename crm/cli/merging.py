"""`crm merge`, `crm unmerge` and `crm merges`: two records that turn out to be one, and the way back."""

from typing import Annotated

import typer

from crm.cli.options import Number, Reason
from crm.cli.session import invocation, opened, say, show
from crm.cli.tables import Cells

Key = Annotated[str, typer.Argument(help="An organisation or a person, by any key.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]

_MERGES: dict[str, Cells] = {
    "id": "id",
    "kept": "keeper",
    "duplicate": "duplicate",
    "at": "at",
    "by": "by",
    "why": "reason",
    "undone": "undone_at",
}


def merge(
    ctx: typer.Context,
    keep: Annotated[str, typer.Argument(help="The organisation or person that is kept, by any key.")],
    duplicate: Annotated[str, typer.Argument(help="The other one; its id says which for sure.")],
    reason: Reason,
    *,
    dry_run: DryRun = False,
) -> None:
    """Merge a duplicate into the record that is kept; what was where stays on record, and `crm unmerge` undoes it."""
    with opened(ctx) as book:
        merged = book.merge(keep, duplicate, reason=reason, dry_run=dry_run)
    show(ctx, merged if invocation(ctx).as_json else str(merged))
    if merged.id is not None:
        say(ctx, f"Undo it with `crm unmerge {merged.id}`.")


def unmerge(ctx: typer.Context, number: Number, reason: Reason, *, dry_run: DryRun = False) -> None:
    """Undo a merge; what somebody has changed since is left as it is, and told."""
    with opened(ctx) as book:
        undone = book.unmerge(number, reason=reason, dry_run=dry_run)
    if invocation(ctx).as_json:
        show(ctx, undone)
        return
    show(ctx, str(undone))
    for left in undone.left:
        show(ctx, f"Left as it is: {left.record} {left.field}, {left.why}.")


def merges(ctx: typer.Context, key: Key) -> None:
    """List the merges into an organisation or a person, those that were undone included."""
    with opened(ctx) as book:
        show(ctx, book.merges.of(key), _MERGES, empty="Nothing was merged into it.")
