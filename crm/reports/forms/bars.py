"""What a chart draws: horizontal bars by group, largest first, with every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from crm.reports.chart import Chart
from crm.reports.columns import Cell, Group, Row
from crm.reports.forms.figures import NOT_STATED, shown

if TYPE_CHECKING:
    from crm.reports.report import Report

LINE_CELLS = 45
"""What fits above a bar on a telephone (360 px), name and figure together; the table has the name in full."""

STRIP_BARS = 10
"""Bars in one drawing: a page break may fall between drawings, never through one."""

LEAST = Decimal("0.6")
"""Per cent of the full width: 1 beside 1,000 is still seen to be there."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its figure as people read it, where it starts and how long it is in per cent."""

    name: str
    figure: str
    start: Decimal
    length: Decimal


@dataclass(frozen=True, slots=True)
class Panel:
    """The bars of one group, in strips that each fit a page, and the names of the rows without a bar.

    Args:
        name: the group.
        total: its total as people read it; empty when the figures may not be added.
        strips: its bars, largest first.
        empty: the names of the rows at zero.
        unstated: the names of the rows whose figure no source states.
    """

    name: str
    total: str
    strips: tuple[tuple[Bar, ...], ...]
    empty: tuple[str, ...]
    unstated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """The one scale of all panels, from `low` (0 unless a figure is negative) to `high`."""

    low: Decimal
    high: Decimal

    @property
    def width(self) -> Decimal:
        """The figure for which a bar would fill the whole width."""
        return self.high - self.low

    def place(self, figure: Decimal) -> tuple[Decimal, Decimal]:
        """Where the bar of a figure starts and how long it is, in per cent of the width."""
        per_cent = 100 / self.width
        start = (min(figure, Decimal(0)) - self.low) * per_cent
        return round(start, 2), round(max(abs(figure) * per_cent, LEAST), 2)


def scale(report: Report, chart: Chart) -> Scale:
    """The scale that takes in every row of the report, and 0."""
    figures = [Decimal(0), *filter(None, (_figure(row, chart) for row in report))]
    return Scale(low=min(figures), high=max(figures))


def panels(report: Report, chart: Chart) -> tuple[Panel, ...]:
    """The panels of a report's chart: one a group, all on one scale."""
    common = scale(report, chart)
    return tuple(_panel(group, report, chart, common) for group in report.groups)


def _panel(group: Group, report: Report, chart: Chart, common: Scale) -> Panel:
    named = [(_name(row, chart), _figure(row, chart)) for row in group.rows]
    drawn = sorted(((name, figure) for name, figure in named if figure), key=lambda pair: -pair[1])
    bars = [_bar(name, figure, report, chart, common) for name, figure in drawn]
    return Panel(
        name=group.name,
        total=_said(group.totals[chart.value], report, chart) if chart.value in group.totals else "",
        strips=tuple(tuple(bars[at : at + STRIP_BARS]) for at in range(0, len(bars), STRIP_BARS)),
        empty=tuple(name for name, figure in named if figure == 0),
        unstated=tuple(name for name, figure in named if figure is None),
    )


def _bar(name: str, figure: Decimal, report: Report, chart: Chart, common: Scale) -> Bar:
    said = _said(figure, report, chart)
    start, length = common.place(figure)
    return Bar(shortened(name, LINE_CELLS - len(said)), said, start, length)


def shortened(name: str, room: int) -> str:
    """A name that fits into so many terminal cells, cut with an ellipsis; wide characters count as two."""
    return name if cell_len(name) <= room else set_cell_size(name, room - 1).rstrip() + "…"


def _name(row: Row, chart: Chart) -> str:
    return str(row[chart.label] or NOT_STATED)


def _figure(row: Row, chart: Chart) -> Decimal | None:
    cell = row[chart.value]
    return Decimal(cell) if isinstance(cell, (int, Decimal)) else None


def _said(figure: Cell, report: Report, chart: Chart) -> str:
    return shown(figure, report.column(chart.value).kind, language=report.language)
