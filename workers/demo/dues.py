"""Two years of dues of the synthetic members: assessed, and paid, late or not at all, so that each stands as it is to."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from crm.book import Book
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.dues.assessed import Assessed
from crm.reference.categories import Category
from workers.demo.accounts import Account
from workers.demo.chance import number
from workers.demo.membership import SOURCE, MadeUpMember
from workers.demo.stage import today

_UNPAID = frozenset({Standing.ARREARS, Standing.SUSPENDED})
_INSTALMENTS = 4


def charge(
    book: Book, accounts: Sequence[Account], *, on_progress: Callable[[int, int | None], None]
) -> tuple[Assessed, ...]:
    """Assess last year and this one, enter what was paid, and let the rest of the contract follow.

    Args:
        book: the book.
        accounts: the synthetic accounts.
        on_progress: called with the accounts done and the accounts there are.

    Returns:
        What the assessment of each year came to.
    """
    day = today(book)
    with book.transaction():
        for account in accounts:
            if account.member.standing is Standing.EXEMPT:
                _exempt(book, account.member, day)
        assessed = tuple(_assessed(book, year, day) for year in (day.year - 1, day.year))
        for done, account in enumerate(accounts, start=1):
            _settle(book, account.member, day)
            on_progress(done, len(accounts))
    return assessed


def _exempt(book: Book, member: MadeUpMember, day: date) -> None:
    ends = date(day.year + 1, 12, 31)
    since = date(day.year - 1, 1, 1)
    book.exemptions.grant(member.organization, since=since, until=ends, reason=SOURCE, synthetic=True)


def _assessed(book: Book, year: int, day: date) -> Assessed:
    """The dues of a year, invoiced by 15 September of the year before."""
    return book.dues.assess(year, issued_on=min(date(year - 1, 9, 15), day))


def _settle(book: Book, member: MadeUpMember, day: date) -> None:
    """What an account pays, and what it does besides."""
    if member.standing not in _UNPAID:
        for paid_on, amount in _payments(book, member, day):
            reference = f"DEMO-{member.organization.id}-{paid_on.year}"
            book.dues.pay(
                member.organization, amount, on=paid_on, reference=reference, source=SOURCE, synthetic=True
            )
    elif member.standing is Standing.ARREARS and not member.left_on:
        _plan(book, member, day)
    if member.standing is Standing.CANCELLING and not member.left_on:
        received = day - timedelta(days=20 + number("notice", member.organization.name) % 120)
        book.terms.give_notice(member.organization, sector=member.sector, received_on=received, reason=SOURCE)
    if member.standing is Standing.APPLICATION_PENDING and member.organization.country:
        _apply(book, member, day)


def _payments(book: Book, member: MadeUpMember, day: date) -> Iterator[tuple[date, Decimal]]:
    """When each invoice is paid: before it is due, or some months later; not yet, where that is still to come."""
    late = member.punctuality is Punctuality.LATE
    for invoice in book.dues.invoices(member.organization):
        habit = number("paid", member.organization.name, invoice.year) % 60
        paid_on = invoice.due_on + timedelta(days=15 + habit if late else -habit)
        if paid_on <= day:
            yield max(paid_on, invoice.issued_on), invoice.amount


def _plan(book: Book, member: MadeUpMember, day: date) -> None:
    agreed = day - timedelta(days=60)
    first_on = day + timedelta(days=120)
    schedule = book.repayment_plans.even(
        member.organization, on=agreed, first_on=first_on, count=_INSTALMENTS
    )
    book.repayment_plans.agree(member.organization, schedule, on=agreed, reason=SOURCE, synthetic=True)


def _apply(book: Book, member: MadeUpMember, day: date) -> None:
    """An application for a further Sector, which its administration has had for some time."""
    further = next(sector for sector in "DTR" if sector != member.sector)
    signed = day - timedelta(days=30 + number("signed", member.organization.name) % 150)
    book.applications.apply(
        member.organization,
        Category.SECTOR_MEMBER,
        sector=further,
        on=signed,
        source=SOURCE,
        synthetic=True,
        override=SOURCE,
    )
    book.applications.forward(member.organization, on=signed + timedelta(days=7))
