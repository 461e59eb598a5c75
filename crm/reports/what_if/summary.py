"""What a what-if comes to, in five lines."""

from decimal import Decimal

from crm.membership.what_if.results import Band
from crm.reports.columns import Cell, Column
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, money


def summary(frame: Frame) -> Report:
    """What is paid today and after the changes, and what the draws make of a year.

    Args:
        frame: of the what-if.
    """
    total = frame.results.groups[0]
    rows = (
        _exact("Fees today", total.today),
        _exact("Fees after the changes, if nobody answers", total.unanswered),
        _drawn("A year without the changes", total.without),
        _drawn("A year with the changes", total.with_changes),
        _drawn("Net: what the changes bring", total.net),
    )
    return frame.report(
        "summary",
        "What if fees change",
        "The first two lines are exact. The others are what a year brings when members leave, upgrade and downgrade as "
        "assumed: of 100 draws 5 lie below Low, 50 below Median, 5 above High. The same chance befalls a member with "
        "and without the changes, so Net is what the changes do, and not the difference of two medians.",
        (
            Column(key="what", title="Revenue"),
            money("p5", "Low"),
            money("p50", "Median"),
            money("p95", "High"),
            money("mean", "Mean"),
        ),
        rows,
    )


def _exact(what: str, amount: Decimal) -> tuple[Cell, ...]:
    return (what, None, amount, None, None)


def _drawn(what: str, band: Band) -> tuple[Cell, ...]:
    return (what, band.p5, band.p50, band.p95, band.mean)
