"""What an import did, or would do: its rows in numbers, the verdict on each, and a file of those that wait for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from crm.imports import every_row, refused_rows, summary
from crm.imports.row_log import RowLog, Rows
from crm.imports.tally import MOST_EXAMPLES, Tally
from crm.imports.verdicts import LEFT, NoteKind, RowVerdict, Verdict
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class ImportReport(Shown):
    """What an import did; a dry run gives the same.

    The numbers are at hand. The rows are not held in memory: `rows`, `created` and the others know how many they are
    and are read anew each time they are gone through, from the book or from the temporary file of a dry run.

    Attributes:
        batch_id: the batch in the book; None for a dry run.
        dry_run: whether nothing was written.
        kind: what the rows are, e.g. "organizations".
        source: what the source is called.
        header: the columns of the file.
        blank: how many rows held nothing.
        tally: how many rows there are of each verdict, problem and note, with examples.
        finished: whether every row of the file has its verdict.
    """

    batch_id: int | None
    dry_run: bool
    kind: str
    source: str
    header: tuple[str, ...]
    blank: int
    tally: Tally = field(repr=False)
    finished: bool = True
    log: RowLog = field(repr=False, compare=False, kw_only=True)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows there are of each verdict, zeros included."""
        return {verdict: self.tally.count(verdict) for verdict in Verdict}

    @property
    def rows(self) -> Rows:
        """The verdict on every row that is not blank, in the order of the file."""
        return Rows(self.log.read, self.tally.total)

    @property
    def created(self) -> Rows:
        """The rows that are new in the book, or would be."""
        return self._of(Verdict.CREATE)

    @property
    def updated(self) -> Rows:
        """The rows of which the book took something over into what it held."""
        return self._of(Verdict.UPDATE)

    @property
    def matched(self) -> Rows:
        """The rows that the book holds already; nothing was to be taken over."""
        return self._of(Verdict.MATCH)

    @property
    def unsure(self) -> Rows:
        """The rows that may be one of several records, with the candidates; nothing was written."""
        return self._of(Verdict.UNSURE)

    @property
    def refused(self) -> Rows:
        """The rows in which something is wrong, with their problems; nothing was written."""
        return self._of(Verdict.REFUSE)

    @property
    def left(self) -> Rows:
        """The rows that wait for a person: those refused, and those that are unsure."""
        return Rows(lambda: self.log.read(LEFT), sum(self.tally.count(verdict) for verdict in LEFT))

    @property
    def corrected(self) -> Rows:
        """The rows of which a value was read as something else than it says; all rows are read to find them."""
        return Rows(lambda: (row for row in self.rows if row.corrected), self.tally.corrected)

    def noted(self, kind: NoteKind | str, field: str | None = None) -> Rows:
        """The rows with a note of a kind, on one field if it is given; all rows are read to find them."""
        wanted = NoteKind(kind)

        def read() -> Iterator[RowVerdict]:
            for row in self.rows:
                if any(note.kind is wanted and field in {None, note.field} for note in row.notes):
                    yield row

        return Rows(read)

    def to_csv_refused(self, path: Path | str) -> int:
        """Write the rows that wait for a person to a file that can be corrected and imported again.

        The file has the columns of the original, and some more: what is wrong, how to mend it, and "accord_decision",
        in which a row that is unsure gets the id of the record that it is, or "new". It is UTF-8 with BOM, so that a
        spreadsheet opens it well, and a cell that a spreadsheet might run as a formula gets an apostrophe in front,
        which the next import takes away again.

        Args:
            path: where to write it; a file that is there is replaced.

        Returns:
            How many rows were written.
        """
        return refused_rows.write(Path(path), header=self.header, rows=self.left)

    def to_csv_rows(self, path: Path | str) -> int:
        """Write what happens to every row to a file, e.g. to look through what payments would pay before they are entered.

        Args:
            path: where to write it; a file that is there is replaced.

        Returns:
            How many rows were written.
        """
        return every_row.write(Path(path), rows=self.rows)

    def table(self, *, examples: int = 3) -> Table:
        """A summary for the terminal: rows by verdict, by problem and by note.

        Args:
            examples: how many rows to show of each, five at the most.
        """
        return summary.table(str(self), self.tally, examples=min(examples, MOST_EXAMPLES))

    def __str__(self) -> str:
        words = {"create": "created", "update": "updated", "match": "matched", "refuse": "refused"}
        counts = [f"{count:,} {words.get(v.value, v.value)}" for v, count in self.counts.items()]
        said = f"{self.tally.total:,} rows of {self.source}: {', '.join(counts)}"
        said += f"; {self.tally.corrected:,} with corrections"
        if self.dry_run:
            return f"{said} (a dry run: nothing was written)."
        return f"{said}." if self.finished else f"{said}; stopped before the end of the file."

    def _of(self, verdict: Verdict) -> Rows:
        return Rows(lambda: self.log.read({verdict}), self.tally.count(verdict))
