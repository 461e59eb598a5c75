"""Upright columns in the order of time, for what is to come or has been: quarter by quarter, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.cells import cell_len

from crm.reports.chart import Chart
from crm.reports.columns import Group
from crm.reports.forms import charted
from crm.reports.forms.bars import LEAST, Scale, scale
from crm.reports.forms.figures import NOT_STATED

if TYPE_CHECKING:
    from crm.reports.report import Report

CELLS = 44
"""Characters side by side under the columns on a telephone (360 px)."""

_FULL = Decimal("0.7")  # of the pitch; the rest is air


@dataclass(frozen=True, slots=True)
class Upright:
    """One column, in per cent of the drawing.

    Args:
        name: the time that it stands for.
        exact: its figure as people read it.
        label: the name where there is room for it under the column, else nothing.
        figure: the figure where there is room for it above the column, else nothing.
        middle: the middle of the column, from where reading begins.
        width: its width.
        top: its upper end, from above.
        height: its height; 0 for nought and for what is not stated.
    """

    name: str
    exact: str
    label: str
    figure: str
    middle: Decimal
    width: Decimal
    top: Decimal
    height: Decimal


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
    common = scale(report, chart)
    zero = round(100 * common.high / common.width, 2) if common.width else Decimal(100)
    return Course(tuple(_panel(group, report, chart, common, zero) for group in report.groups), common, zero)


def _panel(group: Group, report: Report, chart: Chart, common: Scale, zero: Decimal) -> CoursePanel:
    names = [charted.name(row, chart) for row in group.rows]
    sizes = [charted.figure(row, chart) for row in group.rows]
    exact = [charted.said(size, report, chart) for size in sizes]
    short = [charted.said(size, report, chart, room=6) for size in sizes]
    labels, figures = _with_room(names), _with_room(short)
    pitch = Decimal(100) / max(len(names), 1)
    columns = tuple(
        Upright(
            names[at],
            exact[at],
            labels[at],
            figures[at],
            round(pitch * (at + Decimal("0.5")), 2),
            round(pitch * _FULL, 2),
            *_place(size, common, zero),
        )
        for at, size in enumerate(sizes)
    )
    return CoursePanel(group.name, charted.total(group, report, chart), columns)


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
