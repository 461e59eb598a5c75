"""Whether fees still cover what those who pay them cost."""

from decimal import Decimal

from crm.membership.what_if.results import CostResult
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, fraction, money, share


def costs(frame: Frame) -> Report:
    """Whether revenue covers the costs that were stated; no row where none was.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "costs",
        "What if fees change: do fees cover the cost?",
        "What the members named cost in a year, as whoever asks stated it, beside what they pay: no source was found for what "
        "a category or a Sector costs. Covered: the median of a year's revenue as a share of the cost. Chance: the share of "
        "the draws in which the revenue reaches the cost.",
        (
            Column(key="whom", title="Members"),
            money("cost", "Stated cost"),
            money("today", "Fees today"),
            money("without", "Median without"),
            money("with_changes", "Median with"),
            share("covered_today", "Covered today"),
            share("covered", "Covered with"),
            share("chance_without", "Chance without"),
            share("chance", "Chance with"),
            Column(key="source", title="Source of the cost", kind=ColumnKind.NOTE),
        ),
        map(_row, frame.results.costs),
    )


def _row(found: CostResult) -> tuple[Cell, ...]:
    cost = Decimal(found.cost.amount)
    return (
        str(found.cost),
        cost,
        found.today,
        found.without.p50,
        found.with_changes.p50,
        _of(found.today, cost),
        _of(found.with_changes.p50, cost),
        fraction(found.covered_without),
        fraction(found.covered_with),
        found.cost.source,
    )


def _of(revenue: Decimal, cost: Decimal) -> Decimal:
    return (revenue / cost).quantize(Decimal("0.0001"))
