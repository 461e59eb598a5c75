"""Account managers, what they talked about with their accounts, and what they owe them next."""

from collections.abc import Sequence
from datetime import timedelta

from rich import box
from rich.table import Table

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Logged
from crm.reference.languages import Language
from workers.demo.accounts import Account
from workers.demo.cast import BY_SECTOR, KARIM, STAFF, TALKS, Colleague, Talk
from workers.demo.chance import number
from workers.demo.stage import Stage

_EACH = 2
_REFUSED = 2
_SHOWN = 6


def work_the_accounts(stage: Stage, book: Book, accounts: Sequence[Account]) -> None:
    """Give the accounts their managers, and log what was talked about."""
    _hand_out(stage, book, accounts)
    first, *others = _reachable(accounts)
    met = stage.screen.run(_met, book, first.member.organization, first.people[0])
    stage.screen.done(f"Logged, and the next step is due on {met.next and met.next.due_on:%-d %B %Y}.")
    with stage.screen.working("Logging what else was talked about, everybody under their own name"):
        logged = _log_the_rest(stage, others)
    for account in others[-_REFUSED:]:
        book.suppressions.add(str(account.people[0].email))
    stage.screen.done(
        f"{logged + 1} interactions; {_REFUSED} contacts have asked to be left out of campaigns."
    )
    steps = stage.screen.run(_steps, book)
    stage.screen.show(_listed(steps[:_SHOWN], book))


def _hand_out(stage: Stage, book: Book, accounts: Sequence[Account]) -> None:
    for colleague in STAFF:
        _add(book, colleague)
    managers = ", ".join(f"{colleague.name} ({colleague.office})" for colleague in STAFF)
    stage.screen.done(f"On the staff: {managers}.")
    with (
        stage.screen.working("Giving every account its account manager", total=len(accounts)) as progress,
        book.transaction(),
    ):
        for done, account in enumerate(accounts, start=1):
            book.organizations.change(account.member.organization, owner=_manager_of(account).email)
            progress(done, None)


def _add(book: Book, colleague: Colleague) -> None:
    book.staff.add(
        colleague.name,
        email=colleague.email,
        office=colleague.office,
        title=colleague.title,
        time_zone=colleague.time_zone,
    )


def _manager_of(account: Account) -> Colleague:
    """Who keeps an account: by its Sector, but Karim where the first contact writes Arabic."""
    arabic = account.people and account.people[0].language is Language.ARABIC
    return KARIM if arabic else BY_SECTOR[account.member.sector]


def _reachable(accounts: Sequence[Account]) -> list[Account]:
    """The accounts whose first contact has an address; the stable hash decides their order."""
    found = [account for account in accounts if account.people and account.people[0].email]
    return sorted(found, key=lambda account: number("met", account.member.organization.name))


def _met(book: Book, account: Organization, contact: Person) -> Logged:
    return book.log(
        "meeting",
        account,
        "Asked about another study group (made up)",
        people=[contact],
        next="Send the list",
        due="14d",
    )


def _log_the_rest(stage: Stage, accounts: Sequence[Account]) -> int:
    books = {colleague: stage.book(colleague) for colleague in STAFF}
    talks = [talk for talk in TALKS for _ in range(_EACH)]
    for account, talk in zip(accounts, talks, strict=False):
        _log(books[_manager_of(account)], account, talk)
    return min(len(talks), len(accounts))


def _log(book: Book, account: Account, talk: Talk) -> None:
    book.log(
        talk.kind,
        account.member.organization,
        f"{talk.summary} (made up)",
        people=account.people[:1],
        at=book.clock.now() - timedelta(days=talk.days_ago),
        next=talk.next,
        due=talk.due,
    )


def _steps(book: Book) -> tuple[FollowUp, ...]:
    return book.follow_ups.open(due_by="2w")


def _listed(steps: Sequence[FollowUp], book: Book) -> Table:
    owners = {staff.id: staff.name for staff in book.staff}
    grid = Table(title="What is owed next, the most urgent first", title_justify="left", box=box.SIMPLE_HEAD)
    for title in ("Due", "What", "Account", "Who"):
        grid.add_column(title)
    for step in steps:
        account = book.organizations.get(step.organization_id)
        grid.add_row(str(step.due_on), step.what, account.name, owners.get(step.owner_id or 0, ""))
    return grid
