"""How many memberships end, upgrade and downgrade in a year, without and with the changes."""

from collections.abc import Iterator

from crm.membership.what_if.groups import Dimension
from crm.membership.what_if.results import GroupResult, Moves
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column
from crm.reports.report import Report
from crm.reports.what_if.bands import READING, count_columns, drawn
from crm.reports.what_if.frame import Frame


def moves(frame: Frame) -> Report:
    """How many memberships end or change, by category.

    Args:
        frame: of the what-if.
    """
    groups = [g for g in frame.results.groups if g.dimension in (Dimension.TOTAL, Dimension.CATEGORY)]
    return frame.report(
        "moves",
        "What if fees change: exits, upgrades and downgrades",
        f"How many memberships end or change within a year, by the category that they come from. {READING} An upgrade makes "
        "an Associate a Sector Member, a downgrade the reverse; a lower class is one that the changes open. What happens in "
        "no draw has no line.",
        (Column(key="category", title="Category"), *count_columns("Memberships that")),
        ((group.name, *line) for group in groups for line in _lines(group)),
        grouped_by="category",
        chart=Chart(label="what", value="mean", empty="None"),
    )


def _lines(group: GroupResult) -> Iterator[tuple[Cell, ...]]:
    yield from _both("end", group.exits)
    for what, both in (
        ("upgrade", group.upgrades),
        ("downgrade", group.downgrades),
        ("take a lower class", group.lower),
    ):
        if both.without.mean or both.with_changes.mean:
            yield from _both(what, both)


def _both(what: str, both: Moves) -> Iterator[tuple[Cell, ...]]:
    yield drawn(f"{what}, without the changes", both.without)
    yield drawn(f"{what}, with the changes", both.with_changes)
