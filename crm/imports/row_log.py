"""Where the verdicts on the rows of an import are kept: in the book, or for a dry run in a temporary file.

Neither is held in memory. Reading goes from the first row to the last each time; the book is asked a thousand rows at
a time, so that it can be left in the middle.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from sqlmodel import col, select

from crm.imports.batches import ImportRow
from crm.imports.spool import Lazy, Spool
from crm.imports.verdicts import NOTES, PROBLEMS, VERDICT, RowVerdict, Verdict
from crm.store.store import Store

_PAGE = 1000
_ALL = frozenset(Verdict)


class RowLog(Protocol):
    """Where verdicts are kept."""

    def read(self, verdicts: Collection[Verdict] = _ALL) -> Iterator[RowVerdict]:
        """The rows with one of these verdicts, in the order of the file."""


class BookLog:
    """The rows of a batch in the book.

    Args:
        store: the door to the database.
        batch_id: the batch.
    """

    def __init__(self, store: Store, batch_id: int) -> None:
        self._store = store
        self._batch_id = batch_id

    def read(self, verdicts: Collection[Verdict] = _ALL) -> Iterator[RowVerdict]:
        """The rows with one of these verdicts; one read of the book for a thousand of them."""
        last = 0
        while page := self._page(verdicts, after=last):
            yield from map(verdict_of, page)
            last = page[-1].row

    def _page(self, verdicts: Collection[Verdict], *, after: int) -> list[ImportRow]:
        query = select(ImportRow).where(ImportRow.batch_id == self._batch_id, ImportRow.row > after)
        if len(verdicts) < len(_ALL):
            query = query.where(col(ImportRow.verdict).in_(verdicts))
        with self._store.reading() as session:
            return list(session.exec(query.order_by(col(ImportRow.row)).limit(_PAGE)))


class SpooledLog:
    """The rows of a dry run, in a temporary file."""

    def __init__(self) -> None:
        self._spool = Spool(VERDICT)

    def write(self, rows: Iterable[RowVerdict]) -> None:
        """Put rows at the end."""
        self._spool.write(rows)

    def read(self, verdicts: Collection[Verdict] = _ALL) -> Iterator[RowVerdict]:
        """The rows with one of these verdicts; the whole file is read for them."""
        return (row for row in self._spool.read() if row.verdict in verdicts)


Rows = Lazy[RowVerdict]
"""Rows of an import, read anew each time they are gone through."""


def verdict_of(row: ImportRow) -> RowVerdict:
    """The verdict that is kept of a row."""
    notes, problems = NOTES.validate_python(row.notes), PROBLEMS.validate_python(row.problems)
    return RowVerdict(row.row, row.verdict, row.name, row.subject_id, notes, problems, tuple(row.cells))
