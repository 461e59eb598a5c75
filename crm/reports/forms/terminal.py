"""A report for a terminal: a table that fits 80 columns, with what it means below it, where the eye ends up."""

from __future__ import annotations

import unicodedata
from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crm.reports.columns import Cell, Column, Row
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import locale, shown
from crm.reports.forms.words import words

if TYPE_CHECKING:
    from crm.reports.report import Report

WIDTH = 80
_FEW = 4
OVERRIDES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Marks that would turn the rest of a terminal's line around (Unicode Standard Annex 9)."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def table(report: Report) -> RenderableType:
    """The report as something rich prints: title, notes, table with subtotals, then its facts."""
    grid = _turned(report) if _is_too_wide(report) else _grid(report)
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


def _grid(report: Report) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    columns = report.shown_columns
    for column in columns:
        figure = column.kind.is_figure
        grid.add_column(
            Text(tame(column.heading)), justify="right" if figure else "left", no_wrap=figure, overflow="fold"
        )
    for group in report.groups:
        if report.grouped_by:
            grid.add_section()
            grid.add_row(*_sums(group.name, group.totals, report), style="bold")
        for row in group.rows:
            grid.add_row(*_cells(row, report))
    if report.totals:
        grid.add_section()
        grid.add_row(*_sums(words(report.language)["total"], report.totals, report), style="bold")
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


def _cells(row: Row, report: Report) -> list[RenderableType]:
    first, *others = [_cell(row[column.key], column, report) for column in report.shown_columns]
    return [Padding(first, (0, 0, 0, 2 if report.grouped_by else 0)), *others]


def _sums(name: str, totals: Row, report: Report) -> list[Text]:
    sums = [_cell(totals[c.key], c, report) if c.key in totals else Text() for c in report.shown_columns]
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
