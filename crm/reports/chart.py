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

    Args:
        label: the key of the column that names a mark.
        value: the key of the column that gives its size.
        empty: how rows at zero are introduced, for example "No prospect"; they are listed, not left out.
        kind: how the figures are shown.
        code: the key of the column with a name of few letters, for tiles; the label where none is given.
        most: only the largest so many, of all groups together; for bars beside a chart that has them all.
    """

    label: str
    value: str
    empty: str
    kind: ChartKind = ChartKind.BARS
    code: str | None = None
    most: int | None = None
