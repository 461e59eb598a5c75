"""`crm plan …` and `crm exemption …`: what is agreed with accounts beside their memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.import_files import DryRun
from crm.cli.options import On, OptionalOn, Reason, Synthetic, day, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.errors import InvalidInput
from crm.membership.contract.repayment_plans import PlannedInstalment, RepaymentPlanSeen

plan = typer.Typer(help="Repayment plans: agree on one, see how it is kept, end one.", no_args_is_help=True)
exemption = typer.Typer(
    help="Bodies that are exempt from contributions, with the reason and the end.", no_args_is_help=True
)

_INSTALMENTS: dict[str, Cells] = {
    "plan of": lambda row: row.plan and row.plan.agreed_on,
    "instalment due": lambda row: row.part.due_on,
    "CHF": lambda row: f"{row.part.amount:,.2f}",
    "open": lambda row: f"{row.part.open:,.2f}",
    "how it is kept": lambda row: row.plan and row.plan.how,
    "reason": lambda row: row.plan and row.plan.reason,
}
_EXEMPTIONS: dict[str, Cells] = {
    "account": "organization_id",
    "since": "since_on",
    "until": "until_on",
    "reason": "reason",
    "withdrawn because": "withdrawn_because",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the table of plans: an instalment, the first of a plan with what is to be said of the plan."""

    part: PlannedInstalment
    plan: RepaymentPlanSeen | None


@plan.command(
    epilog=examples(
        "crm plan agree acme.example --on 2027-10-01 --first 2027-12-31 --count 4 --every-months 6 --reason 'Letter of 1 October'",
        "crm plan agree acme.example --on 2027-10-01 --instalment 2027-12-31=10000 --instalment 2028-12-31=21800"
        " --reason 'Letter of 1 October' --dry-run",
    )
)
def agree(
    ctx: typer.Context,
    *,
    org: options.Organization,
    on: On,
    reason: Reason,
    first: Annotated[
        str | None, typer.Option(metavar="DAY", help="When the first of several equal instalments is due.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many equal instalments there are.")] = 1,
    every_months: Annotated[int, typer.Option(min=1, help="So many months from one to the next.")] = 12,
    instalment: Annotated[
        list[str] | None,
        typer.Option(metavar="DAY=CHF", help="An instalment of its own amount; may be repeated."),
    ] = None,
    synthetic: Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Record that an account pays what is due by instalments; while they are paid, the ladder is halted."""
    with opened(ctx) as book:
        if first is None and not instalment:
            hint = "--first DAY --count N shares out what is due; --instalment DAY=CHF names one."
            raise InvalidInput("Which instalments?", field="instalment", hint=hint)
        agreed_on = day(book, on)
        schedule: list[tuple[date, Decimal | str]] = [_instalment(book, text) for text in instalment or ()]
        if first is not None:
            schedule += book.repayment_plans.even(
                org, on=agreed_on, first_on=day(book, first), count=count, every_months=every_months
            )
        agreed = book.repayment_plans.agree(
            org, schedule, on=agreed_on, reason=reason, synthetic=synthetic, dry_run=dry_run
        )
        _show_plans(ctx, agreed)


@plan.command()
def end(
    ctx: typer.Context, *, org: options.Organization, on: On, reason: Reason, dry_run: DryRun = False
) -> None:
    """End the latest plan of an account: what is not paid is due as it was before."""
    with opened(ctx) as book:
        _show_plans(ctx, book.repayment_plans.end(org, on=day(book, on), reason=reason, dry_run=dry_run))


@plan.command(name="list")
def list_plans(ctx: typer.Context, org: options.Organization) -> None:
    """List the plans of an account and how they are kept, the oldest first."""
    with opened(ctx) as book:
        _show_plans(ctx, book.repayment_plans.of(org))


@exemption.command(
    epilog=examples(
        "crm exemption grant acme.example --since 2027-01-01 --until 2030-12-31 --reason 'Council 2026, reciprocity'"
    )
)
def grant(
    ctx: typer.Context,
    *,
    org: options.Organization,
    since: On,
    until: On,
    reason: Reason,
    synthetic: Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Record that an account is exempt from contributions until a day."""
    with opened(ctx) as book:
        granted = book.exemptions.grant(
            org,
            since=day(book, since),
            until=day(book, until),
            reason=reason,
            synthetic=synthetic,
            dry_run=dry_run,
        )
        show(ctx, granted)


@exemption.command()
def withdraw(
    ctx: typer.Context, org: options.Organization, on: On, reason: Reason, *, dry_run: DryRun = False
) -> None:
    """Record that an exemption ends before its time; the day is its last."""
    with opened(ctx) as book:
        show(ctx, book.exemptions.withdraw(org, on=day(book, on), reason=reason, dry_run=dry_run))


@exemption.command(name="list")
def list_exemptions(
    ctx: typer.Context,
    org: Annotated[
        str | None, typer.Argument(metavar="[ORG]", help=f"All of one account. {options.ORGANIZATION}")
    ] = None,
    on: OptionalOn = None,
) -> None:
    """List the exemptions that hold on a day (today), those that end first on top; or all of one account."""
    with opened(ctx) as book:
        found = book.exemptions.of(org) if org else book.exemptions.running(on=optional_day(book, on))
        show(ctx, found, _EXEMPTIONS, empty="No exemption.")


def _show_plans(ctx: typer.Context, told: RepaymentPlanSeen | Sequence[RepaymentPlanSeen]) -> None:
    """Show plans: to people a line for each instalment, to programs as they are."""
    if invocation(ctx).as_json:
        show(ctx, told)
        return
    plans = [told] if isinstance(told, RepaymentPlanSeen) else told
    parts = [
        _Part(part, None if number else plan)
        for plan in plans
        for number, part in enumerate(plan.instalments)
    ]
    show(ctx, parts, _INSTALMENTS, empty="No plan.")


def _instalment(book: Book, text: str) -> tuple[date, str]:
    due, equals, amount = text.partition("=")
    if not equals:
        hint = "Write 2027-12-31=10000.00."
        raise InvalidInput(f"{text!r} is no instalment.", field="instalment", value=text, hint=hint)
    return day(book, due), amount
