"""The columns and rows of a report: what a figure means, and a line that reads like a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | None
"""What one cell holds. `None` is "not stated" or "does not apply"; it is never the same as 0."""


class ColumnKind(StrEnum):
    """What the cells of a column are, so that each form can show them as they should be."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"  # a fraction: 0.25 is shown as 25.0%
    DATE = "date"
    MONEY = "money"
    UNITS = "units"  # units of contribution, whose classes are halves of halves: 1.5 is shown as 1 1/2
    ID = "id"  # a number that names a record; nobody adds it up or groups its thousands
    NOTE = "note"  # running text, which may wrap over many lines

    @property
    def is_figure(self) -> bool:
        """Whether the cells are numbers."""
        return self in {ColumnKind.COUNT, ColumnKind.SHARE, ColumnKind.MONEY, ColumnKind.UNITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a report.

    Args:
        key: its name in CSV and JSON, and in `row["…"]`.
        title: its heading for people.
        kind: what its cells are.
        currency: the ISO 4217 code of a money column; it stands in the heading.
        summed: whether figures of different rows may be added. An organisation that counts in two rows may
            not: then the report's author states the total, or there is none.
    """

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    currency: str | None = None
    summed: bool = False

    @property
    def heading(self) -> str:
        """The title with the currency, where there is one."""
        return f"{self.title} ({self.currency})" if self.currency else self.title


class Row(Mapping[str, Cell]):
    """One line of a report, read like a mapping: `row["prospects"]`. It cannot be changed.

    Args:
        keys: the names of the cells, in order.
        cells: as many values.
    """

    __slots__ = ("_cells", "_keys")

    def __init__(self, keys: Iterable[str], cells: Iterable[Cell]) -> None:
        self._keys = tuple(keys)
        self._cells = tuple(cells)

    @classmethod
    def of(cls, values: Mapping[str, Cell]) -> Row:
        """The same names and values, which no longer change."""
        return cls(values.keys(), values.values())

    def __getitem__(self, key: str) -> Cell:
        try:
            return self._cells[self._keys.index(key)]
        except ValueError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return f"Row({dict(self)!r})"


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that share one value of the report's grouping column.

    Args:
        name: that value.
        rows: the rows, in the report's order.
        totals: the sums of the columns that may be added.
    """

    name: str
    rows: tuple[Row, ...]
    totals: Row


def added(figures: Iterable[Cell]) -> Cell:
    """The sum of figures, 0 for none at all; `None` when there are figures and not one of them is stated."""
    total: int | Decimal | None = None
    empty = True
    for cell in figures:
        empty = False
        if isinstance(cell, (int, Decimal)):
            total = cell if total is None else total + cell
    return 0 if empty else total
