"""A file as a table: its header, and its rows with as many cells as the header has columns, one at a time."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from crm.errors import InvalidInput
from crm.formulas import restored
from crm.imports.lines import Line
from crm.imports.verdicts import Problem, ProblemKind, clipped

OURS = "accord_"
"""How the columns begin that a file of refused rows carries for the reader; an import passes them over."""

DECISION = f"{OURS}decision"
"""The one of them that is read: the record that a row is, in the words of whoever has looked."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file under its header.

    Attributes:
        file: what the file is called, for messages.
        digest: SHA-256 of its bytes, in hexadecimal.
        header: its columns, those of Accord's own left out.
        total: how many rows there are below the header, as far as known.
    """

    file: str
    digest: str
    header: tuple[str, ...]
    total: int
    _columns: tuple[str, ...]
    _lines: Callable[[], Iterator[Line]]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        *,
        file: str,
        digest: str,
        total: int,
        lines: Callable[[], Iterator[Line]],
    ) -> "Table":
        """A table with these columns.

        Args:
            names: the columns as they stand in the first row.
            file: what the file is called.
            digest: of its bytes.
            total: how many rows there are.
            lines: reads its rows from the beginning, the header first.

        Raises:
            InvalidInput: a column stands twice.
        """
        header = tuple(name for name in names if not name.startswith(OURS))
        _refuse_twins(header, file=file)
        return cls(file, digest, header, total, tuple(names), lines)

    def rows(self) -> Generator[Line]:
        """Its rows below the header, blank ones included."""
        with closing(_generator(self._lines())) as lines:
            next(lines)
            for line in lines:
                yield self._fitted(line)

    def _fitted(self, line: Line) -> Line:
        width = len(self._columns)
        cells, beyond = line.cells[:width], line.cells[width:]
        problem = line.problem
        if not problem and not line.is_blank and (len(cells) < width or any(beyond)):
            problem = _wrong_count(line, width)
        decided = ""
        if len(self.header) < width:
            # A file of refused rows: bring formulas back, and leave out what was added for the reader.
            named = [*zip(self._columns, cells, strict=False)]
            decided = next((cell.strip() for name, cell in named if name == DECISION), "")
            cells = tuple(restored(cell) for name, cell in named if not name.startswith(OURS))
        return Line(line.row, cells + beyond if problem else cells, problem, line.suspect, decided)


def columns_of(line: Line) -> tuple[str, ...]:
    """The names of the columns that a first row states."""
    names = tuple(cell.strip() for cell in line.cells)
    ours = any(name.startswith(OURS) for name in names)
    return tuple(restored(name) for name in names) if ours else names


def no_header(file: str, *, reason: str = "", hint: str = "Row 1 has to name the columns.") -> InvalidInput:
    """The error for a file whose first row names no columns."""
    return InvalidInput(f"{file} has no header.{reason}", subject=file, row=1, hint=hint)


def _generator(lines: Iterator[Line]) -> Generator[Line]:
    yield from lines


def _refuse_twins(header: Sequence[str], *, file: str) -> None:
    for name, times in Counter(header).items():
        if name and times > 1:
            raise InvalidInput(
                f"{file} has the column {clipped(name)!r} more than once.",
                subject=file,
                field=name,
                row=1,
                hint="Give each column a name of its own.",
            )


def _wrong_count(line: Line, width: int) -> Problem:
    breaks = sum(cell.count("\n") for cell in line.cells)
    hint = "Put a cell that holds the delimiter into quotation marks."
    if breaks:
        hint = f"A quotation mark spans {breaks + 1} lines here: look where it should have been closed."
    return Problem(
        ProblemKind.CELLS,
        "",
        clipped(" | ".join(line.cells)),
        f"The row has {len(line.cells)} cells where the header has {width}.",
        hint,
    )
