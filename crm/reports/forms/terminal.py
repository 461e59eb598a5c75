"""A report for a terminal: a table that fits 80 columns, with what it means below it, where the eye ends up."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crm.reference.languages import locale
from crm.reports.columns import Cell, Column, Row
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import shown
from crm.reports.forms.words import words

if TYPE_CHECKING:
    from crm.reports.report import Report

WIDTH = 80
_FEW = 4
_LEGIBLE = 14
_EDGES, _GAP, _INDENT = 1, 3, 2
OVERRIDES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Marks that would turn the rest of a terminal's line around (Unicode Standard Annex 9)."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def table(report: Report) -> RenderableType:
    """The report as something rich prints: title, notes, table with subtotals, then its facts."""
    grid = _turned(report) if _is_too_wide(report) else _Fitting(report)
    return Group(
        Text(isolated(tame(report.title), report.language), "bold"), *_notes(report), grid, *_facts(report)
    )


def text(report: Report) -> str:
    """The same as plain text, 80 columns wide and without colour."""
    target = StringIO()
    Console(file=target, width=WIDTH, color_system=None, legacy_windows=False).print(table(report))
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines())


def tame(value: str) -> str:
    """A text that cannot steer a terminal: control characters and reversals of direction become visible or blank."""
    return "".join(_tame(character) for character in value)


def _tame(character: str) -> str:
    if character.isspace():
        return " "
    steers = unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in OVERRIDES
    return "\N{REPLACEMENT CHARACTER}" if steers else character


def _notes(report: Report) -> list[Text]:
    return [Text(isolated(tame(note), report.language), "yellow") for note in report.notes]


def _facts(report: Report) -> list[Text]:
    lines = facts(report).items()
    return [
        Text.assemble((f"{name}: ", "bold"), isolated(tame(fact), report.language), style="dim")
        for name, fact in lines
    ]


class _Fitting:
    """The table; where its columns do not fit side by side, in parts below one another, each with the first column."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for columns in _parts(self._report, options.max_width):
            yield _grid(self._report, columns, options.max_width)


def _parts(report: Report, width: int) -> Iterator[tuple[Column, ...]]:
    first, *others = report.shown_columns
    indent = _EDGES + (_INDENT if report.grouped_by else 0)
    part, left = [first], width - indent - _needed(report, first)
    for column in others:
        needed = _needed(report, column)
        if needed > left and len(part) > 1:
            yield tuple(part)
            part, left = [first], width - indent - _needed(report, first)
        part.append(column)
        left -= needed
    yield tuple(part)


def _needed(report: Report, column: Column) -> int:
    """How wide a column must be: figures stand in one line, texts may break where they are long."""
    figure = column.kind.is_figure
    cells = [row[column.key] for row in report]
    sums = [report.totals] if report.totals else [group.totals for group in report.groups]
    cells += [totals[column.key] for totals in sums if column.key in totals]
    widths = (cell_len(shown(cell, column.kind, language=report.language)) for cell in cells)
    heading = max(map(cell_len, tame(column.heading).split() or [""]))
    widest = max([heading, *widths])
    return (widest if figure else min(widest, max(heading, _LEGIBLE))) + _GAP


def _grid(report: Report, columns: tuple[Column, ...], width: int) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    headings = sum(max(_needed(report, column), cell_len(column.heading) + _GAP) for column in columns)
    roomy = headings + _EDGES + _INDENT <= width
    for column in columns:
        grid.add_column(
            Text(tame(column.heading)),
            justify="right" if column.kind.is_figure else "left",
            overflow="fold",
            width=None if roomy or not column.kind.is_figure else _needed(report, column) - _GAP,
        )
    for group in report.groups:
        if report.grouped_by:
            grid.add_section()
            grid.add_row(*_sums(group.name, group.totals, columns, report), style="bold")
        for row in group.rows:
            grid.add_row(*_cells(row, columns, report))
    if report.totals:
        grid.add_section()
        total = words(report.language)["total"]
        grid.add_row(*_sums(total, report.totals, columns, report), style="bold")
    return grid


def _is_too_wide(report: Report) -> bool:
    """Whether the columns do not fit side by side, and the rows are few enough to stand side by side instead."""
    words_of = (tame(column.heading).split() or [""] for column in report.shown_columns)
    narrowest = sum(max(map(len, heading)) + 2 for heading in words_of)
    return narrowest > WIDTH and len(report) <= _FEW and report.grouped_by is None


def _turned(report: Report) -> Table:
    """The table on its side: a column for each row, and a line for each figure."""
    first, *others = report.shown_columns
    totals = report.totals
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    grid.add_column(Text(tame(first.heading)))
    for row in report:
        grid.add_column(_cell(row[first.key], first, report), justify="right")
    if totals:
        grid.add_column(Text(words(report.language)["total"]), justify="right")
    for column in others:
        cells = [_cell(row[column.key], column, report) for row in report]
        total = [_cell(totals[column.key], column, report)] if column.key in totals else []
        grid.add_row(Text(tame(column.heading)), *cells, *total)
    return grid


def _cells(row: Row, columns: Iterable[Column], report: Report) -> list[RenderableType]:
    first, *others = [_cell(row[column.key], column, report) for column in columns]
    return [Padding(first, (0, 0, 0, _INDENT if report.grouped_by else 0)), *others]


def _sums(name: str, totals: Row, columns: Iterable[Column], report: Report) -> list[Text]:
    sums = [_cell(totals[c.key], c, report) if c.key in totals else Text() for c in columns]
    return [Text(isolated(tame(name), report.language)), *sums[1:]]


def _cell(cell: Cell, column: Column, report: Report) -> Text:
    said = isolated(tame(shown(cell, column.kind, language=report.language)), report.language)
    return Text(said, "dim" if cell in (0, None) else "")


def isolated(text: str, language: str) -> str:
    """A text that keeps its own order beside what is written the other way round.

    A Latin name or a number in an Arabic line, and an Arabic name in an English one, would otherwise change places
    with their neighbours on terminals that know direction (Unicode Standard Annex 9, isolates); others show nothing
    of the two marks.
    """
    right_to_left = any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)
    runs_along = right_to_left == (locale(language).text_direction == "rtl")
    return text if runs_along or not text else f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
