"""What fees bring by category, Sector, region or development status, before and after."""

from crm.membership.what_if.groups import Dimension
from crm.membership.what_if.results import GroupResult
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, count, money

_TITLES = {
    Dimension.CATEGORY: "category",
    Dimension.SECTOR: "Sector",
    Dimension.REGION: "region",
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
    groups = [group for group in frame.results.groups if group.dimension is by]
    return frame.report(
        f"revenue-by-{by}",
        f"What if fees change: revenue by {_TITLES[by]}",
        "Today and If nobody answers are exact. Median is a year with the changes, as members are assumed to answer; Net "
        "is what the changes bring, draw by draw: of 100 draws 5 lie below Net low, 5 above Net high. Who moves to "
        "another category pays there. Percentiles of groups do not add up; the totals are those of all draws together.",
        (
            Column(key="group", title=_TITLES[by].capitalize()),
            count("memberships", "Memberships", summed=True),
            money("today", "Today", summed=True),
            money("unanswered", "If nobody answers", summed=True),
            *_DRAWN,
        ),
        map(_row, groups),
        stated_totals={
            column.key: cell for column, cell in zip(_DRAWN, _drawn(frame.results.groups[0]), strict=True)
        },
        chart=Chart(label="group", value="net", empty="Nothing changes"),
    )


_DRAWN = (
    money("without", "Median without"),
    money("with_changes", "Median with"),
    money("net_p5", "Net low"),
    money("net", "Net"),
    money("net_p95", "Net high"),
)


def _row(group: GroupResult) -> tuple[Cell, ...]:
    return (group.name, group.memberships, group.today, group.unanswered, *_drawn(group))


def _drawn(group: GroupResult) -> tuple[Cell, ...]:
    return (group.without.p50, group.with_changes.p50, group.net.p5, group.net.p50, group.net.p95)
