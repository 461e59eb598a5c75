"""What an import did, or would do: the verdict on every row, and the refused rows as a file to correct."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from crm.directory.importing import refused_rows, summary
from crm.directory.importing.verdicts import NoteKind, RowVerdict, Verdict
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class ImportReport(Shown):
    """What an import did; a dry run gives the same.

    Attributes:
        batch_id: the batch in the book; None for a dry run.
        dry_run: whether nothing was written.
        source: what the source is called.
        header: the columns of the file.
        rows: the verdict on every row that is not blank, in the order of the file.
        blank: how many rows held nothing.
    """

    batch_id: int | None
    dry_run: bool
    source: str
    header: tuple[str, ...]
    rows: tuple[RowVerdict, ...]
    blank: int = 0

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows there are of each verdict, zeros included."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def created(self) -> tuple[RowVerdict, ...]:
        """The rows that were created as new organisations, or would be."""
        return self._of(Verdict.CREATE)

    @property
    def matched(self) -> tuple[RowVerdict, ...]:
        """The rows that are in the book already; nothing was added to those."""
        return self._of(Verdict.MATCH)

    @property
    def refused(self) -> tuple[RowVerdict, ...]:
        """The rows that were refused, with their problems."""
        return self._of(Verdict.REFUSE)

    @property
    def corrected(self) -> tuple[RowVerdict, ...]:
        """The rows of which a value was read as something else than it says."""
        return tuple(row for row in self.rows if row.corrected)

    def noted(self, kind: NoteKind | str, field: str | None = None) -> tuple[RowVerdict, ...]:
        """The rows with a note of a kind, on one field if it is given."""
        kind = NoteKind(kind)
        return tuple(
            row for row in self.rows if any(n.kind is kind and field in {None, n.field} for n in row.notes)
        )

    def to_csv_refused(self, path: Path | str) -> int:
        """Write the refused rows to a file that can be corrected and imported again.

        The file has the columns of the original, and four or five more that say what is wrong; an import passes
        those over. It is UTF-8 with BOM, so that a spreadsheet opens it well, and a cell that a spreadsheet might run
        as a formula gets an apostrophe in front, which the next import takes away again.

        Args:
            path: where to write it; a file that is there is replaced.

        Returns:
            How many rows were written.
        """
        return refused_rows.write(Path(path), header=self.header, rows=self.refused)

    def table(self, *, examples: int = 3) -> Table:
        """A summary for the terminal: rows by verdict, by problem and by note.

        Args:
            examples: how many rows to show of each.
        """
        return summary.table(str(self), self.rows, examples=examples)

    def __str__(self) -> str:
        created, matched, refused = self.counts.values()
        said = f"{len(self.rows):,} rows of {self.source}: {created:,} created, {matched:,} matched, {refused:,} refused"
        said += f"; {len(self.corrected):,} with corrections"
        return said + (" (a dry run: nothing was written)." if self.dry_run else ".")

    def _of(self, verdict: Verdict) -> tuple[RowVerdict, ...]:
        return tuple(row for row in self.rows if row.verdict is verdict)
