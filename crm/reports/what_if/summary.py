"""What a what-if comes to, in five lines."""

from crm.reports.report import Report
from crm.reports.what_if.bands import READING, money_columns, revenue_lines
from crm.reports.what_if.frame import Frame


def summary(frame: Frame) -> Report:
    """What is paid today and after the changes, and what the draws make of a year.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "summary",
        "What if fees change",
        "The first two lines are exact. The others are what a year brings when members leave, upgrade and downgrade as is "
        f"assumed. {READING} The same chance befalls a member with and without the changes, so Net is what the changes do, "
        "and not the difference of two medians.",
        money_columns("Revenue"),
        revenue_lines(frame.results.groups[0]),
    )
