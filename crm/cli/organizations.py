"""`crm org …`: the accounts."""

from typing import Annotated, Any

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.options import OptionalOn, OptionalReason, Reason, Source, Synthetic, examples, optional_day
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells, said
from crm.directory.people import Person
from crm.directory.roles import RoleKind
from crm.directory.tables import Organization, OrganizationKind, Size
from crm.engagement.teams import TeamSeat
from crm.errors import InvalidInput
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contributions.votes import Vote
from crm.membership.joining.application import Application
from crm.membership.ledger_tables import Term
from crm.reference.tiers import Tier as TierRow

app = typer.Typer(help="Accounts: add, find, show and change organisations.", no_args_is_help=True)

Country = Annotated[str | None, typer.Option(help="ISO code, or a name in one of the six languages.")]
Kind = Annotated[OrganizationKind | None, typer.Option(help="What kind of body it is.")]
Segment = Annotated[str | None, typer.Option(help="Its part of the digital ecosystem.")]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", help="A domain it writes from; may be repeated.")
]
Aliases = Annotated[list[str] | None, typer.Option("--alias", help="Another name; may be repeated.")]
Names = Annotated[
    list[str] | None,
    typer.Option("--name-in", metavar="LANGUAGE=NAME", help="A display name, e.g. ar=…; may be repeated."),
]
Parent = Annotated[str | None, typer.Option(help="The organisation it is a subsidiary or branch of.")]
Owner = Annotated[str | None, typer.Option(help="The account manager: id, e-mail address or name.")]
Tier = Annotated[
    str | None, typer.Option(help="How closely we keep in touch: a tier of `crm org tiers`, by slug or name.")
]
HowLarge = Annotated[Size | None, typer.Option(help="Small or medium-sized, or large.")]
Employees = Annotated[int | None, typer.Option(min=0, help="How many people it employs.")]
Lei = Annotated[str | None, typer.Option(help="Legal Entity Identifier.")]
Website = Annotated[str | None, typer.Option(help="Its address on the web.")]

_LIST: dict[str, Cells] = {
    "id": "id",
    "name": "name",
    "country": "country",
    "segment": "segment",
    "kind": "kind",
    "size": "size",
}
_LIST_MARKED: dict[str, Cells] = {**_LIST, "": lambda row: "synthetic" if row.synthetic else ""}


@app.command(
    epilog=examples('crm org add "Acme Satellites" --country KE --segment satellite --domain acme.example')
)
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="Its legal name, in any script.")],
    country: Country = None,
    kind: Kind = None,
    segment: Segment = None,
    domain: Domains = None,
    alias: Aliases = None,
    name_in: Names = None,
    parent: Parent = None,
    owner: Owner = None,
    tier: Tier = None,
    size: HowLarge = None,
    employees: Employees = None,
    lei: Lei = None,
    website: Website = None,
    source: Source = "",
    synthetic: Synthetic = False,
) -> None:
    """Add an organisation."""
    fields = _given(country=country, kind=kind, segment=segment, parent=parent, owner=owner, size=size)
    fields |= _given(tier=tier, employees=employees, lei=lei, website=website, source=source or None)
    with opened(ctx) as book:
        added = book.organizations.add(
            name,
            domains=domain or (),
            aliases=alias or (),
            names=_names(name_in),
            synthetic=synthetic,
            **fields,
        )
        show(ctx, added)


@app.command()
def change(
    ctx: typer.Context,
    *,
    org: options.Organization,
    name: Annotated[
        str | None, typer.Option(help="Its legal name; the former one stays as an alias.")
    ] = None,
    country: Country = None,
    kind: Kind = None,
    segment: Segment = None,
    domain: Domains = None,
    alias: Aliases = None,
    name_in: Names = None,
    parent: Parent = None,
    owner: Owner = None,
    tier: Tier = None,
    size: HowLarge = None,
    employees: Employees = None,
    lei: Lei = None,
    website: Website = None,
    reason: OptionalReason = "",
) -> None:
    """Change fields of an organisation; domains, aliases and display names are added to those there are."""
    fields = _given(name=name, country=country, kind=kind, segment=segment, parent=parent, owner=owner)
    fields |= _given(size=size, employees=employees, lei=lei, website=website, domains=domain, aliases=alias)
    fields |= _given(tier=tier)
    fields |= {"names": _names(name_in)} if name_in else {}
    if not fields:
        raise InvalidInput(
            "Nothing is to be changed.", hint="Name a field: `crm org change --help` lists them."
        )
    with opened(ctx) as book:
        show(ctx, book.organizations.change(org, reason=reason or None, **fields))


@app.command(name="show")
def show_(ctx: typer.Context, org: options.Organization) -> None:
    """Show an account at a glance: what it is, its membership and standing, its people and what is to be done."""
    with opened(ctx) as book:
        account = book.organizations.get(org)
        show(ctx, at_a_glance(book, account) if invocation(ctx).as_json else _card(book, account))


@app.command(epilog=examples("crm org find sat --country KE", "crm --json org find --segment cloud"))
def find(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name, or any key of an organisation.")] = "",
    country: Country = None,
    segment: Segment = None,
    owner: Owner = None,
) -> None:
    """List the organisations with a name that holds a text, or all those of a country, segment or account manager."""
    with opened(ctx) as book:
        found = list(book.organizations.find(text, country=country, segment=segment, owner=owner))
        if text and not (found or country or segment or owner):
            book.organizations.get(text)  # tells what looks alike
        show(ctx, found, _LIST_MARKED, empty="No organisation fits.")


@app.command()
def group(ctx: typer.Context, org: options.Organization) -> None:
    """List the corporate group of an organisation, its head first."""
    with opened(ctx) as book:
        show(ctx, book.organizations.group(org), _LIST_MARKED)


@app.command()
def names(ctx: typer.Context, org: options.Organization) -> None:
    """List all names of an organisation: legal, display names by language, aliases."""
    with opened(ctx) as book:
        show(ctx, book.organizations.names(org), {"kind": "kind", "language": "language", "name": "name"})


@app.command(epilog=examples("crm org mark acme.example prospect --source 'trade fair'"))
def mark(
    ctx: typer.Context,
    org: options.Organization,
    role: RoleKind,
    since: OptionalOn = None,
    source: Source = "",
) -> None:
    """Mark an organisation as a prospect or donor."""
    with opened(ctx) as book:
        show(ctx, book.roles.give(org, role, since=optional_day(book, since), source=source))


@app.command()
def unmark(
    ctx: typer.Context, org: options.Organization, role: RoleKind, reason: Reason, on: OptionalOn = None
) -> None:
    """Note that an organisation is no longer a prospect or donor."""
    with opened(ctx) as book:
        show(ctx, book.roles.end(org, role, on=optional_day(book, on), reason=reason))


@app.command()
def tiers(ctx: typer.Context) -> None:
    """List the tiers of accounts: within how many days we want to be in touch, and when we are losing them."""
    cells = {
        name: name for name in ("slug", "name", "ideal_days", "most_days", "is_default", "certainty", "note")
    }
    with opened(ctx) as book:
        show(ctx, list(book.tiers), cells)


def at_a_glance(book: Book, account: Organization) -> dict[str, Any]:
    """What an account manager looks at first.

    Args:
        book: the book.
        account: the organisation.
    """
    return {
        "organization": account,
        "owner": book.staff.get(account.owner_id) if account.owner_id else None,
        "tier": book.tiers.get(account.tier),
        "names": book.organizations.names(account),
        "roles": book.roles.of(account),
        "terms": book.terms.of(account),
        "applications": [one for one in book.applications.of(account) if one.party is not None],
        "standing": book.standing.of(account),
        "vote": _vote(book, account),
        "people": book.people.at(account),
        "follow_ups": book.follow_ups.open(organization=account),
        "latest_interaction": next(iter(book.interactions.of(account, limit=1)), None),
        "team": book.teams.of(account),
        "lead": book.teams.lead(account),
        "reservation": book.reservations.of(account),
        "clearance": book.clearance(account),
    }


def _card(book: Book, account: Organization) -> dict[str, Any]:
    seen = at_a_glance(book, account)
    others = [name.name for name in seen["names"] if name.name != account.name]
    latest, standing = seen["latest_interaction"], seen["standing"]
    lead, reserved = seen["lead"], seen["reservation"]
    hidden = {"owner_id", "parent_id", "group_id"}
    fields = {name: getattr(account, name) for name in type(account).model_fields if name not in hidden}
    return fields | {
        "parent": account.parent_id and book.organizations.get(account.parent_id),
        "account_manager": seen["owner"],
        "tier": _cadence(seen["tier"], by_default=account.tier is None),
        "also_known_as": others,
        "roles": [f"{said(r.kind)} {_from_to(r.since_on, r.until_on)}" for r in seen["roles"]],
        "membership": [
            f"{said(t.category)} in {t.coverage} {_from_to(t.since_on, t.until_on)}{_marked(t)}"
            for t in seen["terms"]
        ],
        "applications": [f"{one}{_marked(one)}" for one in seen["applications"]],
        "standing": f"{said(standing.standing)} as of {standing.as_of} ({standing.source}){_marked(standing)}"
        if standing
        else "not stated",
        "vote": seen["vote"] and f"{seen['vote']}{_marked(seen['vote'])}",
        "people": [f"{p.name} <{p.email or 'no address'}>{_marked(p)}" for p in seen["people"]],
        "to_do": [f"{f.what} (by {f.due_on or 'no day set'})" for f in seen["follow_ups"]],
        "last_contact": latest and f"{said(latest.at)}, {said(latest.kind)}: {latest.summary}",
        "lead": lead and ", ".join(filter(None, [lead.office, lead.staff and lead.staff.name])),
        "team": [_seat(book, seat) for seat in seen["team"]],
        "reservation": reserved and f"{reserved.office} until {reserved.until_on}: {reserved.reason}",
        "clearance": str(seen["clearance"]),
    }


def _vote(book: Book, account: Organization) -> Vote | None:
    """The vote of the Member State whose contributions stand on an account."""
    if account.kind is not OrganizationKind.ADMINISTRATION or account.country is None:
        return None
    if not book.countries.get(account.country).is_member_state:
        return None
    vote = book.contributions.vote(account.country)
    return vote if vote.organization_id == account.id and vote.votes is not None else None


def _cadence(tier: TierRow, *, by_default: bool) -> str:
    name = f"{tier.name} (the default; none is set)" if by_default else tier.name
    return f"{name}: in touch within {tier.ideal_days} days, {tier.most_days} at the most"


def _seat(book: Book, seat: TeamSeat) -> str:
    return f"{seat.office} ({book.staff.get(seat.staff_id).name})" if seat.staff_id else seat.office


def _marked(record: Person | AccountStanding | Term | Application | Vote) -> str:
    return " [synthetic]" if record.synthetic else ""


def _from_to(since: object, until: object) -> str:
    return f"{since} to {until}" if until else f"since {since}"


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _names(given: list[str] | None) -> dict[str, str]:
    pairs = [entry.partition("=") for entry in given or ()]
    for language, equals, _ in pairs:
        if not equals:
            raise InvalidInput(f"{language!r} is no LANGUAGE=NAME.", field="name-in", value=language)
    return {language.strip(): name for language, _, name in pairs}
