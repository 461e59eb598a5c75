"""A synthetic membership over some of the companies, marked as such wherever it shows."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.table import Table

from crm.book import Book
from crm.imports.report import ImportReport
from crm.membership.contract.standing import Standing
from crm.reference.categories import Category
from workers.demo.accounts import Account, add_accounts
from workers.demo.stage import Stage

_UNKNOWN = "not known"


def make_members(stage: Stage, book: Book, imported: ImportReport) -> tuple[Account, ...]:
    """Lay the synthetic layer over the imported companies, and say how it is made up."""
    stage.screen.say(
        "The companies are real. [yellow]Their memberships, standing, meetings and contacts are made up[/], by a fixed "
        "rule, and every such row is marked as synthetic."
    )
    with stage.screen.working("Laying memberships over some of the companies") as progress:
        accounts = add_accounts(
            book, [row.subject_id for row in imported.created if row.subject_id], on_progress=progress
        )
    stage.screen.show(_table(accounts))
    people = [person for account in accounts for person in account.people]
    spoken = Counter(person.language.value if person.language else _UNKNOWN for person in people)
    languages = ", ".join(f"{count} {language}" for language, count in spoken.most_common())
    stage.screen.done(
        f"{len(people)} made-up contacts, all at addresses under .example, by language: {languages}."
    )
    return accounts


def _table(accounts: Sequence[Account]) -> Table:
    grid = Table(
        title="Synthetic memberships, by how they are to stand", title_justify="left", box=box.SIMPLE_HEAD
    )
    grid.add_column("Standing")
    columns = (Category.ASSOCIATE, Category.SECTOR_MEMBER)
    for category in columns:
        grid.add_column(category.replace("_", " ").capitalize(), justify="right")
    counts = Counter(
        (account.member.standing, account.member.category)
        for account in accounts
        if not account.member.left_on
    )
    for standing in Standing:
        grid.add_row(standing.replace("_", " "), *(str(counts[standing, category]) for category in columns))
    left = Counter(account.member.category for account in accounts if account.member.left_on)
    grid.add_row("has left", *(str(left[category]) for category in columns), style="dim")
    return grid
