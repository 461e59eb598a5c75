"""`crm term propose-…` and `crm term accept`: what a change of membership means, before and when it is decided on."""

from datetime import date
from decimal import Decimal
from shlex import join
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from crm.book import Book
from crm.cli import options
from crm.cli.options import On, day, examples
from crm.cli.session import invocation, opened, put, say, show
from crm.cli.tables import Cells, card, said, table
from crm.cli.terms import Sector, StudyGroup, Units
from crm.membership.proposals.proposal import Ask, Proposal
from crm.reference.categories import Category
from crm.reference.change_rules import MembershipChange

app = typer.Typer()

_FACTS = {
    "now": "before",
    "then": "after",
    "from": "effective_on",
    "a year now": "yearly_before",
    "a year then": "yearly_after",
    "may do now": "rights_before",
    "may do then": "rights_after",
    "approval": "approval",
    "owes, as it stands": "balance",
    "fingerprint": "fingerprint",
}
_LINES: dict[str, Cells] = {
    "from": "since_on",
    "to": "until_on",
    "months": "months",
    "CHF": lambda line: f"{line.amount:,.2f}",
    "basis": "basis",
    "rule": "rule",
}
_GROUNDS: dict[str, Cells] = {
    "about": "about",
    "what it rests on": "words",
    "certainty": "certainty",
    "source": "source",
}
_CATEGORY = typer.Option(help="As what it joins.")


@app.command(epilog=examples("crm term propose-upgrade acme.example --sector T --on 2027-04-01"))
def propose_upgrade(
    ctx: typer.Context, org: options.Organization, sector: Sector, on: On, units: Units = None
) -> None:
    """Say what it would mean that an Associate becomes a Sector Member; nothing is written."""
    _show(ctx, org, MembershipChange.UPGRADE, sector=sector, on=on, units=units)


@app.command(epilog=examples("crm term propose-sector acme.example --sector D --on 2027-01-01"))
def propose_sector(
    ctx: typer.Context,
    *,
    org: options.Organization,
    sector: Sector,
    on: On,
    category: Annotated[Category, _CATEGORY] = Category.SECTOR_MEMBER,
    study_group: StudyGroup = None,
    units: Units = None,
) -> None:
    """Say what it would mean that a member joins a further Sector; nothing is written."""
    _show(
        ctx,
        org,
        MembershipChange.FURTHER_SECTOR,
        sector=sector,
        on=on,
        category=category,
        study_group=study_group,
        units=units,
    )


@app.command(
    epilog=examples("crm term propose-class acme.example --sector T --units '1 1/2' --on 2027-01-01")
)
def propose_class(
    ctx: typer.Context,
    org: options.Organization,
    sector: Sector,
    units: Annotated[str, typer.Option(help='The class, e.g. "1/2" or "1 1/2".')],
    on: On,
) -> None:
    """Say what it would mean that a Sector Member chooses another class; nothing is written."""
    _show(ctx, org, MembershipChange.CLASS_CHANGE, sector=sector, on=on, units=units)


@app.command()
def propose_downgrade(
    ctx: typer.Context,
    org: options.Organization,
    sector: Sector,
    study_group: Annotated[str, typer.Option(help="The one study group that it selects.")],
    on: On,
) -> None:
    """Say what it would mean that a Sector Member becomes an Associate; nothing is written."""
    _show(ctx, org, MembershipChange.DOWNGRADE, sector=sector, on=on, study_group=study_group)


@app.command(
    epilog=examples(
        "crm term accept acme.example upgrade --sector T --on 2027-04-01 --fingerprint 1c9f0a-…",
        "as proposed",
    )
)
def accept(
    ctx: typer.Context,
    *,
    org: options.Organization,
    change: MembershipChange,
    sector: Sector,
    on: On,
    fingerprint: Annotated[
        str, typer.Option(help="That of the proposal: what has changed since is named and refused.")
    ],
    category: Annotated[Category, _CATEGORY] = Category.SECTOR_MEMBER,
    study_group: StudyGroup = None,
    units: Units = None,
    approval: Annotated[str, typer.Option(help="Where the approval is documented, if it needs one.")] = "",
    reason: options.OptionalReason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
) -> None:
    """Post a proposal: the change in the ledger, and what is invoiced and credited; exactly what was shown."""
    with opened(ctx) as book:
        proposal = _proposal(
            book, org, change, sector, day(book, on), category=category, study_group=study_group, units=units
        )
        proposal.refuse_unless_same(fingerprint)
        accepted = book.terms.accept(proposal, approval=approval, reason=reason, dry_run=dry_run)
        show(ctx, accepted if invocation(ctx).as_json else str(accepted))


def _show(
    ctx: typer.Context, org: str, change: MembershipChange, *, sector: str, on: str, **wish: str | None
) -> None:
    with opened(ctx) as book:
        proposal = _proposal(book, org, change, sector, day(book, on), **wish)
        if invocation(ctx).as_json:
            show(ctx, proposal)
            return
        put(_laid_out(proposal), paging=invocation(ctx).paging)
        say(ctx, f"To accept it: {_command(org, proposal.ask)} --fingerprint {proposal.fingerprint}")


def _proposal(
    book: Book, org: str, change: MembershipChange, sector: str, on: date, **wish: str | None
) -> Proposal:
    """The proposal for a change, whatever its kind."""
    group, units = wish.get("study_group"), wish.get("units")
    match change:
        case MembershipChange.UPGRADE:
            return book.terms.propose_upgrade(org, sector=sector, units=units, on=on)
        case MembershipChange.CLASS_CHANGE:
            return book.terms.propose_class(org, sector=sector, units=units or "", on=on)
        case MembershipChange.DOWNGRADE:
            return book.terms.propose_downgrade(org, sector=sector, study_group=group or "", on=on)
    category = wish.get("category") or Category.SECTOR_MEMBER
    return book.terms.propose_sector(
        org, sector=sector, category=category, study_group=group, units=units, on=on
    )


def _laid_out(proposal: Proposal) -> RenderableType:
    facts = {name: _in_francs(getattr(proposal, field)) for name, field in _FACTS.items()}
    sums = f"To invoice {proposal.to_invoice:,.2f}, to credit {proposal.to_credit:,.2f}, net {proposal.net:,.2f} CHF"
    return Group(
        Text(said(proposal.organization), "bold"),
        card(facts),
        table(proposal.lines, _LINES) if proposal.lines else Text("Nothing is invoiced."),
        Text(sums, "bold"),
        *(Text.assemble(("Look at this: ", "bold yellow"), said(warning)) for warning in proposal.warnings),
        table(proposal.grounds, _GROUNDS),
    )


def _in_francs(value: object) -> object:
    return f"{value:,.2f} CHF" if isinstance(value, Decimal) else value


def _command(org: str, ask: Ask) -> str:
    """The command that accepts a proposal, as it is typed, but for the fingerprint."""
    words = ["crm", "term", "accept", org, ask.change.value, "--sector", ask.coverage.value]
    words += ["--on", ask.effective_on.isoformat()]
    words += ["--category", ask.category.value] if ask.change is MembershipChange.FURTHER_SECTOR else []
    words += ["--study-group", ask.study_group] if ask.study_group else []
    words += ["--units", str(ask.units)] if ask.units else []
    return join(words)
