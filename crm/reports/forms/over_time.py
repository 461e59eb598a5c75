"""Upright columns in the order of time, for what is to come or has been: quarter by quarter, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from crm.reports.chart import Chart
from crm.reports.columns import Group, Row
from crm.reports.forms import charted
from crm.reports.forms.bars import LEAST, Scale
from crm.reports.forms.figures import NOT_STATED

if TYPE_CHECKING:
    from crm.reports.report import Report

CELLS = 44
"""Characters side by side under the columns on a telephone (360 px)."""

_FULL = Decimal("0.7")  # of the pitch; the rest is air


class Block(NamedTuple):
    """What is drawn of a figure, in per cent of the drawing.

    Args:
        exact: the figure as people read it.
        figure: the same, short, where there is room for it, else nothing.
        top: its upper end, from above.
        height: its height; 0 for nought and for what is not stated.
    """

    exact: str
    figure: str
    top: Decimal
    height: Decimal


@dataclass(frozen=True, slots=True)
class Upright:
    """One column.

    Args:
        name: the time that it stands for.
        label: the name where there is room for it under the column, else nothing.
        middle: the middle of the column, from where reading begins, in per cent of the drawing.
        width: its width.
        first: the figure of the chart.
        second: a part of it, at its foot, or what goes the other way; None where the chart shows one figure alone.
    """

    name: str
    label: str
    middle: Decimal
    width: Decimal
    first: Block
    second: Block | None


@dataclass(frozen=True, slots=True)
class CoursePanel:
    """The columns of one group, and its total."""

    name: str
    total: str
    columns: tuple[Upright, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """Columns over time: the panels, their one scale, and the line of zero in per cent from above."""

    panels: tuple[CoursePanel, ...]
    scale: Scale
    zero: Decimal


def drawn(report: Report, chart: Chart) -> Course:
    """The columns of a report's chart, a panel a group, on one scale."""
    groups = charted.panels(report, chart)
    common = _scale(groups, chart)
    zero = round(100 * common.high / common.width, 2) if common.width else Decimal(100)
    return Course(tuple(_panel(group, report, chart, common, zero) for group in groups), common, zero)


def _scale(groups: Sequence[Group], chart: Chart) -> Scale:
    rows = [row for group in groups for row in group.rows]
    sizes = [Decimal(0), *charted.figures(rows, chart)]
    sizes += [size for row in rows if (size := _second(row, chart))]
    return Scale(low=min(sizes), high=max(sizes))


def _second(row: Row, chart: Chart) -> Decimal | None:
    """The second figure of a mark as it is drawn: what goes the other way is less than nothing."""
    size = None if chart.second is None else charted.stated(row[chart.second])
    return -size if size and chart.against else size


def _panel(group: Group, report: Report, chart: Chart, common: Scale, zero: Decimal) -> CoursePanel:
    names = [charted.name(row, chart) for row in group.rows]
    first = _blocks([charted.figure(row, chart) for row in group.rows], report, chart, common, zero)
    second: Sequence[Block | None] = [None] * len(names)
    if chart.second is not None:
        second = _blocks([_second(row, chart) for row in group.rows], report, chart, common, zero)
    pitch = Decimal(100) / max(len(names), 1)
    columns = tuple(
        Upright(
            name,
            label,
            round(pitch * (at + Decimal("0.5")), 2),
            round(pitch * _FULL, 2),
            first[at],
            second[at],
        )
        for at, (name, label) in enumerate(zip(names, _with_room(names), strict=True))
    )
    return CoursePanel(group.name, charted.total(group, report, chart), columns)


def _blocks(
    sizes: Sequence[Decimal | None], report: Report, chart: Chart, common: Scale, zero: Decimal
) -> list[Block]:
    said = [None if size is None else abs(size) if chart.against else size for size in sizes]
    short = _with_room([charted.said(size, report, chart, room=6) for size in said])
    return [
        Block(charted.said(size, report, chart), figure, *_place(drawn, common, zero))
        for size, figure, drawn in zip(said, short, sizes, strict=True)
    ]


def _place(size: Decimal | None, common: Scale, zero: Decimal) -> tuple[Decimal, Decimal]:
    if not size:
        return zero, Decimal(0)
    start, length = common.place(size)
    return max(100 - start - max(length, LEAST), Decimal(0)), length


def _with_room(texts: list[str]) -> list[str]:
    """Every text if they fit side by side, else every second, third … from the last back; the others are empty."""
    widest = max((cell_len(text) for text in texts), default=0) + 1
    step = max(1, -(-widest * len(texts) // CELLS))
    last = len(texts) - 1
    return [text if (last - at) % step == 0 or text == NOT_STATED else "" for at, text in enumerate(texts)]
