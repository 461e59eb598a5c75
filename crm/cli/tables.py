"""Values of the book as people read them: a table for several, a card for one. Nothing is cut, long texts fold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crm.reports.forms.terminal import tame

Cells = str | Callable[[Any], object]

_INNER = frozenset({"normal_name", "email_key", "digest", "address_hash", "rendered_hash", "raw"})
"""Fields that only the program reads."""


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
        if value not in (None, "", (), [], False) and (shown := said(value)):
            grid.add_row(name.replace("_", " "), Text(shown))
    return grid


def renderable(value: object) -> RenderableType:  # noqa: PLR0911 - one line for each kind of value
    """One value as something rich prints."""
    match value:
        case str():
            return Text("\n".join(map(tame, value.splitlines())))
        case BaseModel():
            return card({n: getattr(value, n) for n in type(value).model_fields if n not in _INNER})
        case list() | tuple():
            return Group(*map(renderable, value))
        case Mapping():
            return card(value)
    if hasattr(value, "table"):
        shown: RenderableType = value.table()
        return shown
    if is_dataclass(value) and not hasattr(value, "__rich__"):
        return card({field.name: getattr(value, field.name) for field in fields(value)})
    return value if hasattr(value, "__rich__") else Text(str(value))


def said(value: object) -> str:  # noqa: PLR0911 - one line for each kind of value
    """A value as people write it, on one line that cannot steer a terminal."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Enum():
            return str(value.value).replace("_", " ")
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case BaseModel():
            return tame(str(getattr(value, "name", None) or value))
        case list() | tuple():
            return ", ".join(map(said, value))
        case Mapping():
            return ", ".join(f"{name} {said(entry) or '-'}" for name, entry in value.items())
    return tame(str(value))


def _cell(row: object, cell: Cells) -> object:
    return getattr(row, cell) if isinstance(cell, str) else cell(row)
