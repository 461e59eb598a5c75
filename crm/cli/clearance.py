"""`crm clearance`, `crm override-clearance`, `crm end-override`, `crm reserve` and `crm release`: ask before you write."""

from typing import Annotated

import typer

from crm.cli import options
from crm.cli.failures import ExitCode
from crm.cli.options import DAY, Reason
from crm.cli.session import invocation, opened, put, show
from crm.cli.tables import Cells, renderable
from crm.reference.clearance_rule import Purpose, Verdict

Office = Annotated[str | None, typer.Option(help="For which office, e.g. BDT; yours where none is named.")]
Until = Annotated[str, typer.Option(metavar="DAY", help='The last day: 2027-04-01, "14d", "2w", "3m".')]

_REASONS: dict[str, Cells] = {
    "verdict": "verdict",
    "reason": str,
    "office": "office",
    "since": "on",
    "record": "refers_to",
}


def clearance(
    ctx: typer.Context,
    *,
    org: options.Organization,
    office: Office = None,
    purpose: Annotated[Purpose, typer.Option(help="What you want of it.")] = Purpose.CONTACT,
    on: Annotated[str | None, typer.Option(metavar="DAY", help=f"For which day. {DAY}")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=f"Exit with {ExitCode.REFUSED.value} on hold, for scripts.")
    ] = False,
) -> None:
    """Say whether an office may get in touch with an account: clear, caution or hold, and why.

    For example: crm clearance acme.example --office BDT --purpose campaign
    """
    with opened(ctx) as book:
        found = book.clearance(org, office=office, purpose=purpose, on=on)
    if invocation(ctx).as_json:
        show(ctx, found)
    else:
        put(renderable(f"{found.organization}: {found.verdict}"))
        show(ctx, found.reasons, _REASONS, empty="Nothing stands against it.")
    if strict and found.verdict is Verdict.HOLD:
        raise typer.Exit(ExitCode.REFUSED)


def override_clearance(
    ctx: typer.Context, *, org: options.Organization, reason: Reason, until: Until, office: Office = None
) -> None:
    """Decide that what holds an office back from an account shall not do so for a time."""
    with opened(ctx) as book:
        show(ctx, book.override_clearance(org, reason=reason, until=until, office=office))


def end_override(
    ctx: typer.Context, *, org: options.Organization, reason: Reason, office: Office = None
) -> None:
    """Take back the overrides of an office for an account before their time."""
    with opened(ctx) as book:
        show(ctx, book.clearances.end_override(org, reason=reason, office=office))


def reserve(
    ctx: typer.Context, *, org: options.Organization, reason: Reason, until: Until, office: Office = None
) -> None:
    """Reserve an account for an office; every other one is told to hold until it ends."""
    with opened(ctx) as book:
        show(ctx, book.reservations.reserve(org, reason=reason, until=until, office=office))


def release(ctx: typer.Context, *, org: options.Organization, reason: Reason) -> None:
    """Give a reserved account free before its reservation ends."""
    with opened(ctx) as book:
        show(ctx, book.reservations.release(org, reason=reason))
