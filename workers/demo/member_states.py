"""Two years of contributions, and who has paid them: which States these are here is made up, and every row is marked so.

The classes are those derived from published figures; the administrations, the payments and the plans are synthetic.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

from crm.book import Book
from crm.membership.contributions.assessing import ContributionsAssessed
from workers.demo.chance import number
from workers.demo.membership import SOURCE
from workers.demo.stage import today

_SILENT, _ONE_YEAR, _ON_PLAN = 5, 6, 2
"""How many States pay nothing, have paid one year only, and have agreed to pay by instalments."""

_INSTALMENTS = 5


def contribute(
    book: Book, *, on_progress: Callable[[int, int | None], None]
) -> tuple[ContributionsAssessed, ...]:
    """Bring in the administrations, assess the last two years that are due, and enter who has paid.

    Args:
        book: the book.
        on_progress: called with the States done and the States there are.

    Returns:
        What the assessment of each year came to.
    """
    day = today(book)
    last = day.year if day > date(day.year, 3, 31) else day.year - 1
    states = sorted(
        (each.state for each in book.contributions.all(on=day)), key=lambda code: number("owes", code)
    )
    with book.transaction():
        _bring_in(book, states)
        assessed = tuple(
            book.contributions.assess(year, issued_on=min(date(year - 1, 9, 15), day))
            for year in (last - 1, last)
        )
        for done, state in enumerate(states, start=1):
            _settle(book, state, place=done, day=day)
            on_progress(done, len(states))
    return assessed


def _bring_in(book: Book, states: Iterable[str]) -> None:
    for state in states:
        name = f"Administration of {book.countries.get(state).name_en} (demonstration)"
        book.organizations.add(name, kind="administration", country=state, synthetic=True)


def _settle(book: Book, state: str, *, place: int, day: date) -> None:
    """What a State pays; its place in a made-up order says which part it plays."""
    if place <= _SILENT:
        return
    if place <= _SILENT + _ON_PLAN:
        _agree(book, state, day)
        return
    first, *others = book.dues.invoices(state)
    one_year = place <= _SILENT + _ON_PLAN + _ONE_YEAR
    for invoice in [first] if one_year else [first, *others]:
        paid_on = invoice.due_on - timedelta(days=number("paid", state, invoice.year) % 80)
        if paid_on <= day:
            _pay(book, state, invoice.amount, paid_on)


def _pay(book: Book, state: str, amount: Decimal, paid_on: date) -> None:
    reference = f"DEMO-{state}-{paid_on.year}"
    book.dues.pay(state, amount, on=paid_on, reference=reference, source=SOURCE, synthetic=True)


def _agree(book: Book, state: str, day: date) -> None:
    agreed = day - timedelta(days=30)
    first_on = day + timedelta(days=120)
    schedule = book.repayment_plans.even(state, on=agreed, first_on=first_on, count=_INSTALMENTS)
    book.repayment_plans.agree(state, schedule, on=agreed, reason=SOURCE, synthetic=True)
