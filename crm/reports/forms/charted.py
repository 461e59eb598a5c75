"""What every kind of chart asks of a row: its name, its figure, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from crm.reports.chart import Chart
from crm.reports.columns import Cell, Group, Row
from crm.reports.forms.figures import NOT_STATED, compact, shown

if TYPE_CHECKING:
    from crm.reports.report import Report


def name(row: Row, chart: Chart) -> str:
    """The name of a row's mark."""
    return str(row[chart.label] or NOT_STATED)


def at_zero(report: Report, chart: Chart) -> int:
    """How many marks of a chart are at zero."""
    return sum(row[chart.value] == 0 for panel in panels(report, chart) for row in panel.rows)


def panels(report: Report, chart: Chart) -> tuple[Group, ...]:
    """The marks of a chart by panel: the rows by group, or the groups themselves where these name the marks."""
    if chart.label != report.grouped_by:
        return report.groups
    marks = (Row.of({**group.totals, chart.label: group.name}) for group in report.groups)
    return (Group("", tuple(marks), Row.of({})),) if report.rows else ()


def figure(row: Row, chart: Chart) -> Decimal | None:
    """The size of a row's mark; None where no source states it."""
    return stated(row[chart.value])


def stated(cell: Cell) -> Decimal | None:
    """A figure; None for what no source states."""
    return Decimal(cell) if isinstance(cell, (int, Decimal)) else None


def figures(rows: Iterable[Row], chart: Chart) -> list[Decimal]:
    """The figures that are stated and are not 0."""
    return [found for row in rows if (found := figure(row, chart))]


def said(size: Cell, report: Report, chart: Chart, *, room: int | None = None) -> str:
    """A figure as people read it; shorter, as 31.8K, where it does not fit into so many characters."""
    kind = report.column(chart.value).kind  # a second figure is of the same kind
    full = shown(size, kind, language=report.language)
    if room is None or len(full) <= room or not isinstance(size, (int, Decimal)):
        return full
    return compact(size, language=report.language)


def total(group: Group, report: Report, chart: Chart) -> str:
    """The total of a group as people read it; nothing where its figures may not be added."""
    return said(group.totals[chart.value], report, chart) if chart.value in group.totals else ""


def shortened(text: str, room: int) -> str:
    """A name that fits into so many terminal cells, cut with an ellipsis; wide characters count as two."""
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"
