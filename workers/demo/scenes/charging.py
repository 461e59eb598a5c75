"""Two years of dues, who has paid them, and how the accounts stand for it."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.table import Table

from crm.book import Book
from crm.membership.contract.standing import Standing
from crm.reports import Report
from workers.demo.accounts import Account
from workers.demo.dues import charge
from workers.demo.stage import Stage


def charge_the_members(stage: Stage, book: Book, accounts: Sequence[Account]) -> None:
    """Assess the dues, enter the payments, and show how the accounts stand and what they owe."""
    screen = stage.screen
    with screen.working("Assessing the dues, entering what was paid") as progress:
        years = charge(book, accounts, on_progress=progress)
    for year in years:
        exempt = f"; {len(year.exempt)} exempt" if year.exempt else ""
        screen.done(
            f"{year.year}: {year.invoices} invoices over CHF {year.amount:,.2f}, due {year.due_on:%-d %B %Y}{exempt}."
        )
    screen.show(_standings(book, accounts))
    screen.show(screen.run(_ageing, book).table())


def _ageing(book: Book) -> Report:
    return book.reports.arrears_ageing()


def _standings(book: Book, accounts: Sequence[Account]) -> Table:
    grid = Table(
        title="How they stand, by the invoices and payments", title_justify="left", box=box.SIMPLE_HEAD
    )
    grid.add_column("Standing")
    grid.add_column("Accounts", justify="right")
    found = (
        book.standing.of(account.member.organization) for account in accounts if not account.member.left_on
    )
    counts = Counter(seen.standing if seen else None for seen in found)
    for standing in (*Standing, None):
        if counts[standing]:
            grid.add_row(standing.replace("_", " ") if standing else "not known", str(counts[standing]))
    return grid
