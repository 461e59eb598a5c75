"""What a chart draws: horizontal bars by group, largest first, with every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from crm.reports.chart import Chart
from crm.reports.columns import Group, Row
from crm.reports.forms import charted

if TYPE_CHECKING:
    from crm.reports.report import Report

LINE_CELLS = 45
"""What fits above a bar on a telephone (360 px), name and figure together; the table has the name in full."""

STRIP_BARS = 10
"""Bars in one drawing: a page break may fall between drawings, never through one."""

FEW_BARS = 5
"""The same where only the largest are drawn, so that a few bars fill all columns of a wide page."""

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


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars.

    Args:
        panels: one a group.
        scale: the scale of all of them.
        all: how many rows could have a bar; more than there are bars where only the largest are drawn.
    """

    panels: tuple[Panel, ...]
    scale: Scale
    all: int


def scale(report: Report, chart: Chart) -> Scale:
    """The scale that takes in every row of the report, and 0."""
    figures = [Decimal(0), *charted.figures(report, chart)]
    return Scale(low=min(figures), high=max(figures))


def drawn(report: Report, chart: Chart) -> Bars:
    """The bars of a report's chart, by group, or the largest of all groups; on one scale."""
    common, counted = scale(report, chart), len(charted.figures(report, chart))
    if chart.most is None:
        return Bars(tuple(_panel(group, report, chart, common) for group in report.groups), common, counted)
    with_figure = [row for row in report if charted.figure(row, chart)]
    largest = sorted(with_figure, key=lambda row: -(charted.figure(row, chart) or 0))[: chart.most]
    return Bars((_panel(Group("", tuple(largest), Row.of({})), report, chart, common),), common, counted)


def _panel(group: Group, report: Report, chart: Chart, common: Scale) -> Panel:
    named = [(charted.name(row, chart), charted.figure(row, chart)) for row in group.rows]
    sized = sorted(((name, figure) for name, figure in named if figure), key=lambda pair: -pair[1])
    bars = [_bar(name, figure, report, chart, common) for name, figure in sized]
    most = STRIP_BARS if chart.most is None else FEW_BARS
    return Panel(
        name=group.name,
        total=charted.total(group, report, chart),
        strips=tuple(tuple(bars[at : at + most]) for at in range(0, len(bars), most)),
        empty=tuple(name for name, figure in named if figure == 0),
        unstated=tuple(name for name, figure in named if figure is None),
    )


def _bar(name: str, figure: Decimal, report: Report, chart: Chart, common: Scale) -> Bar:
    said = charted.said(figure, report, chart)
    start, length = common.place(figure)
    return Bar(charted.shortened(name, LINE_CELLS - len(said)), said, start, length)
