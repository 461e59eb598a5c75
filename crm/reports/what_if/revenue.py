"""What fees bring by category, Sector, region or development status, before and after."""

from crm.membership.what_if.groups import Dimension
from crm.reports.chart import Chart
from crm.reports.columns import Column
from crm.reports.report import Report
from crm.reports.what_if.bands import READING, money_columns, revenue_lines
from crm.reports.what_if.frame import Frame

_TITLES = {
    Dimension.CATEGORY: "category",
    Dimension.SECTOR: "Sector",
    Dimension.REGION: "development region",
    Dimension.DEVELOPMENT: "development status",
}
DIMENSIONS = tuple(_TITLES)
"""By what revenue is shown."""


def revenue(frame: Frame, by: Dimension) -> Report:
    """Revenue before and after, by group.

    Args:
        frame: of the what-if.
        by: by what.
    """
    groups = [group for group in frame.results.groups if group.dimension in (by, Dimension.TOTAL)]
    return frame.report(
        f"revenue-by-{by}",
        f"What if fees change: revenue by {_TITLES[by]}",
        "The first two lines of each group are exact. The others are what a year brings when members leave, upgrade and "
        f"downgrade as is assumed. {READING} Net is what the changes do, draw by draw. Who moves to another category pays "
        "there. Medians of groups do not add up to that of all.",
        (Column(key="group", title=_TITLES[by].capitalize()), *money_columns("Revenue")),
        ((group.name, *line) for group in groups for line in revenue_lines(group)),
        grouped_by="group",
        chart=Chart(label="what", value="p50", empty="At zero"),
    )
