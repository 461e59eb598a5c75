"""A map of tiles: each row counts the same, its shade and its number tell its figure, and zero is there to be seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from crm.reports.chart import Chart
from crm.reports.columns import Group, Row
from crm.reports.forms import charted

if TYPE_CHECKING:
    from crm.reports.report import Report

STEPS = 4
"""Shades that people tell apart at a glance; the numbers say the rest."""

ACROSS = 8
"""Tiles in a line: what a telephone (360 px) shows with letters that can be read."""

CODE_ROOM, FIGURE_ROOM = 5, 6
"""Characters in a line of a tile; the code is set in bold."""

ZERO, UNSTATED = "zero", "unstated"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile.

    Args:
        code: what stands in it, above the figure.
        name: the row's name in full.
        figure: its figure, short enough for the tile.
        exact: its figure in full.
        shade: "zero", "unstated", or the number of its step, from "1".
        across: its place in the line.
        down: its line.
    """

    code: str
    name: str
    figure: str
    exact: str
    shade: str
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Step:
    """One shade of the legend: the smallest and the largest figure that have it."""

    shade: str
    least: str
    most: str


@dataclass(frozen=True, slots=True)
class TilePanel:
    """The tiles of one group, its total, and how many lines they take."""

    name: str
    total: str
    tiles: tuple[Tile, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """A map of tiles: its panels, the steps of its legend, and whether rows at zero or without a figure are in it."""

    panels: tuple[TilePanel, ...]
    steps: tuple[Step, ...]
    has_zero: bool
    has_unstated: bool


def drawn(report: Report, chart: Chart) -> Tiles:
    """The tiles of a report's chart, a panel a group, all shaded by the same steps."""
    classes = steps_of(charted.figures(report, chart))
    sizes = [charted.figure(row, chart) for row in report]
    return Tiles(
        panels=tuple(_panel(group, report, chart, classes) for group in report.groups),
        steps=tuple(
            Step(str(number), *(charted.said(end, report, chart) for end in ends))
            for number, ends in enumerate(classes, start=1)
        ),
        has_zero=0 in sizes,
        has_unstated=None in sizes,
    )


def steps_of(figures: Sequence[Decimal]) -> tuple[tuple[Decimal, Decimal], ...]:
    """The smallest and the largest figure of each step: as many different figures in one as in another.

    A few figures far ahead do not leave all others in one shade, and equal figures never differ in theirs.
    """
    different = sorted(set(figures))
    count = min(STEPS, len(different))
    cuts = [at * len(different) // count for at in range(count + 1)] if count else [0]
    return tuple((different[first], different[last - 1]) for first, last in pairwise(cuts))


def _panel(
    group: Group, report: Report, chart: Chart, classes: Sequence[tuple[Decimal, Decimal]]
) -> TilePanel:
    tiles = tuple(_tile(row, at, report, chart, classes) for at, row in enumerate(group.rows))
    return TilePanel(group.name, charted.total(group, report, chart), tiles, -(-len(tiles) // ACROSS))


def _tile(
    row: Row, at: int, report: Report, chart: Chart, classes: Sequence[tuple[Decimal, Decimal]]
) -> Tile:
    size = charted.figure(row, chart)
    name = charted.name(row, chart)
    return Tile(
        code=charted.shortened(str((chart.code and row[chart.code]) or name), CODE_ROOM),
        name=name,
        figure=charted.said(size, report, chart, room=FIGURE_ROOM),
        exact=charted.said(size, report, chart),
        shade=_shade(size, classes),
        across=at % ACROSS,
        down=at // ACROSS,
    )


def _shade(size: Decimal | None, classes: Sequence[tuple[Decimal, Decimal]]) -> str:
    if size is None:
        return UNSTATED
    return str(bisect_right([least for least, _ in classes], size)) if size else ZERO
