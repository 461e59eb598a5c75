"""What reverting an import did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from pydantic import TypeAdapter
from rich import box
from rich.table import Table
from rich.text import Text

from crm.imports.spool import Lazy
from crm.imports.summary import tame
from crm.shown import Shown

_FEW = 10


@dataclass(frozen=True, slots=True)
class Stands:
    """A row that was not taken back.

    Attributes:
        row: the row of the file.
        name: what it is about.
        subject_id: its record.
        why: what stands on it, or was changed since.
    """

    row: int
    name: str
    subject_id: int | None
    why: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.name}: {self.why}"


STANDS = TypeAdapter(Stands)


@dataclass(frozen=True, slots=True)
class Reverted(Shown):
    """What reverting an import did; a dry run gives the same.

    Attributes:
        batch_id: the batch.
        kind: what its rows are.
        source: what its source is called.
        dry_run: whether nothing was changed.
        rows: how many rows were taken back.
        removed: how many records were removed, by table.
        restored: how many values were put back, by table and field.
        added: how many entries were added to a ledger that is never changed, to take back others: events, or reversals.
        standing: the rows that were not taken back, each with the reason; read anew each time.
    """

    batch_id: int
    kind: str
    source: str
    dry_run: bool
    rows: int
    removed: Mapping[str, int]
    restored: Mapping[str, int]
    added: int
    standing: Lazy[Stands] = field(compare=False)

    def table(self) -> Table:
        """A summary for the terminal, with the first of the rows that stand."""
        grid = Table(
            title=Text(tame(str(self)), "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
        )
        grid.add_column("number", justify="right", no_wrap=True)
        grid.add_column("what")
        for what, counts in (("removed", self.removed), ("put back", self.restored)):
            for name, count in counts.items():
                grid.add_row(f"{count:,}", f"{name.replace('_', ' ')} {what}")
        if self.added:
            grid.add_row(f"{self.added:,}", "entries added to the ledger")
        grid.add_section()
        for row in islice(self.standing, _FEW):
            grid.add_row("", Text(tame(str(row))))
        if len(self.standing) > _FEW:
            grid.add_row("", f"and {len(self.standing) - _FEW:,} more")
        return grid

    def __str__(self) -> str:
        said = f"Import {self.batch_id} of {self.source}: {self.rows:,} rows taken back, {len(self.standing):,} stand"
        return said + (" (a dry run: nothing was changed)." if self.dry_run else ".")
