"""A CSV file as a table: its header, and its rows with as many cells as the header has columns."""

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from crm.errors import InvalidInput
from crm.formulas import restored
from crm.imports.lines import Line, lines
from crm.imports.sources import SourceFile
from crm.imports.verdicts import Problem, ProblemKind, clipped

OURS = "accord_"
"""How the columns begin that a file of refused rows carries for the reader; an import passes them over."""

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The rows of a file under its header.

    Attributes:
        file: the file.
        header: its columns, those of Accord's own left out.
        delimiter: what stands between two cells.
    """

    file: SourceFile
    header: tuple[str, ...]
    delimiter: str
    _kept: tuple[int, ...]
    _width: int

    def rows(self) -> Generator[Line]:
        """Its rows below the header, blank ones included."""
        with self.file.text() as text:
            source = lines(text, delimiter=self.delimiter)
            next(source)
            for line in source:
                yield self._fitted(line)

    def _fitted(self, line: Line) -> Line:
        cells, beyond = line.cells[: self._width], line.cells[self._width :]
        problem = line.problem
        if not problem and not line.is_blank and (len(cells) < self._width or any(beyond)):
            problem = _wrong_count(line, self._width)
        if len(self._kept) < self._width:
            # A file of refused rows: bring formulas back, and leave out what was added for the reader.
            cells = tuple(restored(cells[at]) for at in self._kept if at < len(cells))
        return Line(line.row, cells + beyond if problem else cells, problem, line.suspect)


def table_of(file: SourceFile, *, columns: Sequence[str]) -> CsvTable:
    """The table in a file; the delimiter is the one under which it has the wanted columns.

    Args:
        file: the file.
        columns: the columns that are wanted.

    Raises:
        InvalidInput: the header is missing, unreadable, or names a column twice.
    """
    first = {delimiter: _first_line(file, delimiter) for delimiter in _DELIMITERS}
    headers = {delimiter: _names(line) for delimiter, line in first.items() if not line.problem}
    if not any(map(any, headers.values())):
        raise _no_header(file, first[","])
    fitting = (delimiter for delimiter, header in headers.items() if set(columns) <= set(header))
    chosen = next(fitting, None) or max(headers, key=lambda delimiter: len(headers[delimiter]))
    header = headers[chosen]
    kept = tuple(at for at, name in enumerate(header) if not name.startswith(OURS))
    _refuse_twins([header[at] for at in kept], file=file.name)
    return CsvTable(file, tuple(header[at] for at in kept), chosen, kept, len(header))


def _first_line(file: SourceFile, delimiter: str) -> Line:
    with file.text() as text:
        return next(lines(text, delimiter=delimiter), Line(1, ()))


def _names(line: Line) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in line.cells)
    ours = any(name.startswith(OURS) for name in names)
    return tuple(restored(name) for name in names) if ours else names


def _no_header(file: SourceFile, line: Line) -> InvalidInput:
    reason, hint = "", "Row 1 has to name the columns."
    if line.problem:
        reason, hint = f" {line.problem.reason}", line.problem.fix
    if line.problem and line.problem.kind is ProblemKind.UNREADABLE:
        hint = 'It looks like UTF-16: give encoding="utf-16-le".'
    return InvalidInput(f"{file.name} has no header.{reason}", subject=file.name, row=1, hint=hint)


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
