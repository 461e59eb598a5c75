"""Values of the book as people read them: a table for several, a card for one. Nothing is cut, long texts fold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crm import shown
from crm.reports.forms.terminal import tame
from crm.shown import fields_of

Cells = str | Callable[[Any], object]


def table(rows: Iterable[object], cells: Mapping[str, Cells]) -> Table:
    """Several values as a table.

    Args:
        rows: the values.
        cells: the heading of each column with the field it shows, or with a function of the row.
    """
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in cells:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(said(_cell(row, cell))) for cell in cells.values()))
    return grid


def card(values: Mapping[str, object]) -> Table:
    """One value as a card: a line for each field that holds something."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in values.items():
        if text := said(value):
            grid.add_row(name.replace("_", " "), Text(text))
    return grid


def renderable(value: object) -> RenderableType:  # noqa: PLR0911 - one line for each kind of value
    """One value as something rich prints."""
    match value:
        case str():
            return Text("\n".join(map(tame, value.splitlines())))
        case BaseModel():
            return card(fields_of(value))
        case list() | tuple():
            return Group(*map(renderable, value))
        case Mapping():
            return card(value)
    if hasattr(value, "table"):
        own: RenderableType = value.table()
        return own
    if is_dataclass(value) and not hasattr(value, "__rich__"):
        return card(fields_of(value))
    return value if hasattr(value, "__rich__") else Text(str(value))


def said(value: object) -> str:
    """A value as people write it, on one line that cannot steer a terminal."""
    return tame(shown.said(value))


def _cell(row: object, cell: Cells) -> object:
    return getattr(row, cell) if isinstance(cell, str) else cell(row)
