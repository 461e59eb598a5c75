"""What a chart of a report shows."""

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    """How a chart shows the figures.

    Attributes:
        BARS: a horizontal bar a row, the largest first.
        TILES: a tile a row, shaded by its figure: a map where each Member State counts the same.
        COLUMNS: an upright column a row, in the order of the rows: that of time, or of stretches of a scale.
    """

    BARS = "bars"
    TILES = "tiles"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One mark a row, one panel a group of the report (`grouped_by`), all on one scale.

    Columns that are named by the grouping column itself show the groups: one mark a group, with its totals, in one panel.

    Args:
        label: the key of the column that names a mark.
        value: the key of the column that gives its size.
        empty: how rows at zero are introduced, for example "No prospect"; they are listed, not left out.
        kind: how the figures are shown.
        code: the key of the column with a name of few letters, for tiles; the label where none is given.
        most: only the largest so many, of all groups together; for bars beside a chart that has them all.
        part: the key of a column that is a part of the value, drawn at the foot of each upright column.
        against: the key of a column that goes the other way: it hangs from the line of zero on which the value stands.
    """

    label: str
    value: str
    empty: str
    kind: ChartKind = ChartKind.BARS
    code: str | None = None
    most: int | None = None
    part: str | None = None
    against: str | None = None

    @property
    def second(self) -> str | None:
        """The key of the second figure that a mark shows, if it shows one."""
        return self.part or self.against

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all columns that it draws from."""
        return tuple(key for key in (self.label, self.value, self.code, self.second) if key)
