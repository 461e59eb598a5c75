"""Lines that say where the draws lie: what, low, median, high and mean."""

from decimal import Decimal

from crm.membership.what_if.results import Band, GroupResult
from crm.reports.columns import Cell, Column
from crm.reports.what_if.frame import count, money

_TITLES = {"p5": "Low", "p50": "Median", "p95": "High", "mean": "Mean"}
READING = "Of 100 draws 5 lie below Low, 50 below Median, 5 above High."


def money_columns(what: str) -> tuple[Column, ...]:
    """The columns of lines of amounts, after one that says what."""
    return (Column(key="what", title=what), *(money(key, title) for key, title in _TITLES.items()))


def count_columns(what: str) -> tuple[Column, ...]:
    """The columns of lines of numbers, after one that says what."""
    return (Column(key="what", title=what), *(count(key, title) for key, title in _TITLES.items()))


def exact(what: str, amount: Decimal) -> tuple[Cell, ...]:
    """A line of an amount that needed no draws."""
    return (what, None, amount, None, None)


def drawn(what: str, band: Band) -> tuple[Cell, ...]:
    """A line of what was drawn."""
    return (what, band.p5, band.p50, band.p95, band.mean)


def revenue_lines(group: GroupResult) -> tuple[tuple[Cell, ...], ...]:
    """What is paid today and after the changes, and what the draws make of a year."""
    return (
        exact("Fees today", group.today),
        exact("Fees after, if nobody answers", group.unanswered),
        drawn("A year without the changes", group.without),
        drawn("A year with the changes", group.with_changes),
        drawn("Net: what the changes bring", group.net),
    )
