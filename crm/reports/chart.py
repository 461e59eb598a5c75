"""What the chart of a report shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One horizontal bar a row, one panel a group of the report (`grouped_by`), all on one scale.

    Args:
        label: the key of the column that names a bar.
        value: the key of the column that gives its length.
        empty: how rows at zero are introduced, for example "No prospect"; they are listed, not left out.
    """

    label: str
    value: str
    empty: str
