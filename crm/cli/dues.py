"""`crm dues …`: assess a year, enter and reverse payments, credit invoices, charge interest, and see what an account owes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crm.book import Book
from crm.cli import options
from crm.cli.options import DAY, On, OptionalOn, Reason, Synthetic, examples, optional_day
from crm.cli.session import invocation, opened, progress, say, show
from crm.cli.tables import Cells
from crm.membership.dues.invoices import PostedInvoice
from crm.membership.dues.payments import FINANCE
from crm.reference.languages import Language
from crm.shown import fields_of

app = typer.Typer(
    help="Dues: invoices, payments, interest and statements; a ledger for account management, not the books.",
    no_args_is_help=True,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen; nothing is written.")]

_INVOICES: dict[str, Cells] = {
    "number": "number",
    "for": lambda row: f"{row.kind.value} {row.year}",
    "issued": "issued_on",
    "due": "due_on",
    "amount": lambda row: f"{row.amount:,.2f} {row.currency}",
    "": lambda row: "synthetic" if row.synthetic else "",
}
_LINES: dict[str, Cells] = {
    "from": "since_on",
    "to": "until_on",
    "in": "coverage",
    "category": lambda row: f"Member State {row.state}" if row.state else row.category,
    "units": "units",
    "months": "months",
    "CHF": lambda row: f"{row.amount:,.2f}",
    "rule": "rule",
    "basis": "basis",
}
_PAYMENTS: dict[str, Cells] = {
    "id": "id",
    "received": "received_on",
    "amount": lambda row: f"{row.amount:,.2f} {row.currency}",
    "CHF": lambda row: f"{row.amount_chf:,.2f}",
    "source": "source",
    "reference": "reference",
    "takes back": "reverses_id",
    "": lambda row: "synthetic" if row.synthetic else "",
}


@app.command(epilog=examples("crm dues assess 2027 --dry-run", "crm dues assess 2027 --issued-on 2026-09-15"))
def assess(
    ctx: typer.Context,
    *,
    year: Annotated[int, typer.Argument(metavar="YEAR", help="The year of the dues.")],
    issued_on: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"The day of issue; today if left out. {DAY}")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Invoice the dues of a year for every membership that runs in it; a second time, nothing is left to invoice."""
    with opened(ctx) as book, progress(f"Dues of {year}") as moved:
        day = optional_day(book, issued_on)
        show(ctx, book.dues.assess(year, issued_on=day, dry_run=dry_run, progress=moved))
    if dry_run:
        say(ctx, f"Account by account: crm report dues-assessment --year {year}")


@app.command(
    epilog=examples(
        "crm dues pay acme.example 31800 --on 2027-03-12 --reference UBS-4711",
        "crm dues pay acme.example 20000 --currency USD --rate 0.901 --on today --reference UBS-4712",
        "crm dues pay acme.example 31800 --on today --reference UBS-4713 --invoice 2027-000001",
    )
)
def pay(
    ctx: typer.Context,
    *,
    org: options.Organization,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="What it paid: 1987.50.")],
    on: On,
    reference: Annotated[str, typer.Option(help="What the source calls this payment and no other.")],
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="ISO 4217 code of the currency it paid in.")
    ] = "CHF",
    rate: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="How many CHF one unit of that currency was worth.")
    ] = None,
    invoice: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="The invoice that it is for; what was due first, if left out."),
    ] = None,
    source: Annotated[str, typer.Option(help="Who told of it.")] = FINANCE,
    synthetic: Synthetic = False,
    dry_run: DryRun = False,
) -> None:
    """Enter what an account paid; the same payment entered twice changes nothing."""
    with opened(ctx) as book:
        paid = book.dues.pay(
            org,
            amount,
            on=on,
            reference=reference,
            currency=currency,
            rate=rate,
            invoice=invoice,
            source=source,
            synthetic=synthetic,
            dry_run=dry_run,
        )
        show(ctx, paid)


@app.command(epilog=examples("crm dues reverse UBS-4711 --on today --reason 'recalled by the bank'"))
def reverse(
    ctx: typer.Context,
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="Its number or its reference.")],
    on: On,
    reason: Reason,
    *,
    dry_run: DryRun = False,
) -> None:
    """Take a payment back that came to nothing."""
    with opened(ctx) as book:
        show(ctx, book.dues.reverse(payment, on=on, reason=reason, dry_run=dry_run))


@app.command(
    epilog=examples(
        "crm dues credit 2027-000001 --reason 'the wrong country' --dry-run",
        "crm dues credit 2027-000001 --since 2027-07-01 --reason 'agreed with the Bureau'",
    )
)
def credit(
    ctx: typer.Context,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number: 2027-000001.")],
    reason: Reason,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"A day in the first month that is given back. {DAY}")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"A day in the last month that is given back. {DAY}")
    ] = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Give back what an invoice charged, all that is left of it or some months."""
    with opened(ctx) as book:
        first, last = optional_day(book, since), optional_day(book, until)
        given_back = book.dues.credit(invoice, since=first, until=last, reason=reason, dry_run=dry_run)
        _show_posted(ctx, book, given_back)


@app.command(name="charge-interest")
def charge_interest(
    ctx: typer.Context,
    org: options.Organization,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"The last day that counts; today if left out. {DAY}")
    ] = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Charge the interest that has accrued on what is overdue and was not charged before; its rates are unverified."""
    with opened(ctx) as book:
        charged = book.dues.charge_interest(org, until=until, dry_run=dry_run)
        if charged is not None:
            _show_posted(ctx, book, charged)
        else:
            show(ctx, None if invocation(ctx).as_json else "No interest is to be charged.")


@app.command(
    epilog=examples(
        "crm dues statement acme.example --html statement.html",
        "crm dues statement acme.example --since 2026-01-01 --on 2026-12-31 --language fr --html releve.html",
    )
)
def statement(
    ctx: typer.Context,
    *,
    org: options.Organization,
    on: OptionalOn = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write it as CSV, with its metadata beside it."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page for the member, ready to print."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help=f"The first day of that page; the first of January if left out. {DAY}"
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="The language of that page.")] = Language.ENGLISH,
) -> None:
    """Show the statement of an account as the ledger has it, and write the page that the member gets."""
    with opened(ctx) as book:
        day, first = optional_day(book, on), optional_day(book, since)
        made = book.reports.statement(org, on=day)
        page = book.reports.statement_page(org, since=first, on=day, language=language) if html else None
    show(ctx, made)
    if csv is not None:
        say(ctx, f"Written to {made.to_csv(csv)}.")
    if page is not None and html is not None:
        say(ctx, f"Written to {page.to_html(html)}.")


@app.command()
def invoices(ctx: typer.Context, org: options.Organization) -> None:
    """List the invoices of an account."""
    with opened(ctx) as book:
        amounts = book.dues.unverified(org)
        _show_marked(ctx, book.dues.invoices(org), _INVOICES, lambda row: amounts.get(row.number, 0))


@app.command()
def lines(
    ctx: typer.Context,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number: 2027-000001.")],
) -> None:
    """List the lines of an invoice: what for, by which rule, and how each amount comes about."""
    with opened(ctx) as book:
        unstated = book.dues.unverified_rules()
        _show_marked(ctx, book.dues.lines(invoice), _LINES, lambda row: unstated.covers(row.rule, row.units))


@app.command()
def payments(ctx: typer.Context, org: options.Organization) -> None:
    """List the payments of an account and their reversals."""
    with opened(ctx) as book:
        show(ctx, book.dues.payments(org), _PAYMENTS, empty="No payment.")


@app.command(epilog=examples("crm dues export dues-2027.csv --since 2027-01-01 --until 2027-12-31"))
def export(
    ctx: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, as CSV.")],
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"Only what was issued or received from then on. {DAY}")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help=f"Only what was issued or received to then. {DAY}")
    ] = None,
) -> None:
    """Write the ledger of dues for the finance system, a row a line of an invoice or a payment."""
    with opened(ctx) as book:
        made = book.reports.dues_ledger(since=optional_day(book, since), until=optional_day(book, until))
    made.to_csv(file)
    say(ctx, f"{len(made):,} rows written to {file}, what they mean to {file}-metadata.json.")


def _show_posted(ctx: typer.Context, book: Book, invoice: PostedInvoice) -> None:
    """Show an invoice that was posted, or would be, and how each of its lines comes about."""
    if invocation(ctx).as_json:
        show(ctx, invoice)
        return
    unstated = book.dues.unverified_rules()
    say(ctx, f"{invoice}, due {invoice.due_on}.")
    _show_marked(ctx, invoice.lines, _LINES, lambda row: unstated.covers(row.rule, row.units))


def _show_marked(
    ctx: typer.Context, rows: Sequence[Any], cells: Mapping[str, Cells], unverified: Callable[[Any], object]
) -> None:
    """Show invoices or their lines, those marked that follow fees that no source states."""
    if invocation(ctx).as_json:
        show(ctx, [{**fields_of(row), "unverified": unverified(row)} for row in rows])
    else:
        mark: dict[str, Cells] = {"fee": lambda row: "unverified" if unverified(row) else ""}
        show(ctx, rows, {**cells, **mark}, empty="No invoice.")
