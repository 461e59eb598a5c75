"""The rows of a CSV file, one at a time: what is wrong with one row neither stops nor hides the others."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from crm.imports.verdicts import Problem, ProblemKind, clipped

LONGEST_LINE = 1 << 22
LONGEST_CELL = csv.field_size_limit()
"""Characters; a CSV reader refuses more, and a workbook holds no more than 32,767."""

_LOST = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file.

    Attributes:
        row: counted from 1, as a spreadsheet does: blank rows count, and a cell may hold line breaks.
        cells: its cells; for a row that cannot be read, what stands between the delimiters.
        problem: why it cannot be read.
        suspect: whether it was read again because the row before it opened a quotation mark and never closed it.
        decided: which record it is, in the words of whoever has looked at it.
    """

    row: int
    cells: tuple[str, ...]
    problem: Problem | None = None
    suspect: bool = False
    decided: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return self.problem is None and not any(cell.strip() for cell in self.cells)


def lines(text: TextIO, *, delimiter: str, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """The rows of a CSV file, the header first.

    A quotation mark that is opened and not closed would swallow the rows that follow. When such a row turns out to be
    wrong, only its first line is refused, and reading goes on with the next line.

    Args:
        text: the file.
        delimiter: what stands between two cells.
        longest: characters of one physical line; what stands beyond is dropped and the row refused.
    """
    feed = _Feed(text, longest)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    row = 0
    while True:
        feed.taken.clear()
        feed.suspect = False
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _faulty(row, feed, error, delimiter)
        else:
            yield _checked(Line(row, tuple(cells), suspect=feed.suspect), feed)


class _Feed:
    """Physical lines, with those of a row that failed to be read again."""

    def __init__(self, text: TextIO, longest: int) -> None:
        self.longest = longest
        self.taken: list[str] = []
        self.suspect = False
        self._text = text
        self._again: deque[str] = deque()

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self._again:
            self.suspect = True
            line = self._again.popleft()
        else:
            line = self._text.readline(self.longest)
            if len(line) == self.longest and not line.endswith(("\n", "\r")):
                self._skip_rest()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def read_again(self) -> str:
        """Give back all lines of the row but the first, which is returned."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        return first

    def _skip_rest(self) -> None:
        piece = " "
        while piece and not piece.endswith(("\n", "\r")):
            piece = self._text.readline(self.longest)


def _faulty(row: int, feed: _Feed, error: csv.Error, delimiter: str) -> Line:
    first = feed.read_again()
    too_long = "field larger" in str(error) and len(first) > LONGEST_CELL
    cells = first.rstrip("\r\n").replace("\0", _LOST).split(delimiter)
    return Line(row, tuple(cells), _too_long(feed) if too_long else _quotes(first))


def _checked(line: Line, feed: _Feed) -> Line:
    if any(len(piece) >= feed.longest for piece in feed.taken):
        return Line(line.row, line.cells, _too_long(feed))
    if any("\0" in piece for piece in feed.taken):
        cells = tuple(cell.replace("\0", _LOST) for cell in line.cells)
        return Line(line.row, cells, _unreadable(cells))
    return line


def _quotes(first: str) -> Problem:
    return Problem(
        ProblemKind.QUOTES,
        "",
        clipped(first.rstrip("\r\n")),
        "The quotation marks of the row do not pair up.",
        'Close the quotation mark, or remove it; inside quotation marks write "" for one.',
    )


def _too_long(feed: _Feed) -> Problem:
    return Problem(
        ProblemKind.TOO_LONG,
        "",
        "",
        f"A cell has more than {LONGEST_CELL:,} characters, or the row more than {feed.longest:,}.",
        "Shorten it; look for a missing line break.",
    )


def _unreadable(cells: tuple[str, ...]) -> Problem:
    value = next((cell for cell in cells if _LOST in cell), "")
    return Problem(
        ProblemKind.UNREADABLE,
        "",
        clipped(value),
        "The row holds a NUL character, which no text has.",
        "Write the cell again and leave the character out.",
    )
