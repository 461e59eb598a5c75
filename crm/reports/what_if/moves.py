"""How many memberships end, upgrade and downgrade in a year, without and with the changes."""

from crm.membership.what_if.groups import Dimension
from crm.membership.what_if.results import GroupResult, Moves
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, count


def moves(frame: Frame) -> Report:
    """How many memberships end or change, by category.

    Args:
        frame: of the what-if.
    """
    groups = frame.results.groups
    total = _cells(groups[0])
    return frame.report(
        "moves",
        "What if fees change: exits, upgrades and downgrades",
        "Memberships in the category that they have once the changes are made; without the changes, in that of today. The "
        "mean of the draws, and for exits with the changes the range: of 100 draws 5 lie below Low, 5 above High. An "
        "upgrade makes an Associate a Sector Member, a downgrade the reverse; a lower class is one that the changes open.",
        (
            Column(key="category", title="Category"),
            count("memberships", "Memberships", summed=True),
            *_COLUMNS,
        ),
        (
            (group.name, group.memberships, *_cells(group))
            for group in groups
            if group.dimension is Dimension.CATEGORY
        ),
        stated_totals={column.key: cell for column, cell in zip(_COLUMNS, total, strict=True)},
        chart=Chart(label="category", value="exits", empty="No exit"),
    )


_COLUMNS = (
    count("exits_without", "Exits without"),
    count("exits", "Exits with"),
    count("exits_p5", "Exits with, low"),
    count("exits_p95", "Exits with, high"),
    count("upgrades_without", "Upgrades without"),
    count("upgrades", "Upgrades with"),
    count("downgrades_without", "Downgrades without"),
    count("downgrades", "Downgrades with"),
    count("lower", "Lower class"),
)


def _cells(group: GroupResult) -> tuple[Cell, ...]:
    exits = group.exits.with_changes
    return (
        group.exits.without.mean,
        exits.mean,
        exits.p5,
        exits.p95,
        *_means(group.upgrades),
        *_means(group.downgrades),
        group.lower.with_changes.mean,
    )


def _means(both: Moves) -> tuple[Cell, ...]:
    return (both.without.mean, both.with_changes.mean)
