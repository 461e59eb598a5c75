"""A CSV file as a table: which delimiter it uses, and its columns."""

from collections.abc import Iterator, Sequence

from crm.errors import InvalidInput
from crm.imports.lines import Line, lines
from crm.imports.table import Table, columns_of, no_header
from crm.imports.text_file import TextFile
from crm.imports.verdicts import ProblemKind

_DELIMITERS = (",", ";", "\t")


def table_of(file: TextFile, *, columns: Sequence[str]) -> Table:
    """The table in a text file; the delimiter is the one under which it has the wanted columns, and most columns.

    Args:
        file: the file.
        columns: the columns that are wanted.

    Raises:
        InvalidInput: the header is missing, unreadable, or names a column twice.
    """
    first = {delimiter: _first_line(file, delimiter) for delimiter in _DELIMITERS}
    headers = {delimiter: columns_of(line) for delimiter, line in first.items() if not line.problem}
    if not any(map(any, headers.values())):
        raise _no_header(file, first[","])
    fitting = [delimiter for delimiter, header in headers.items() if set(columns) <= set(header)]
    chosen = max(fitting or headers, key=lambda delimiter: len(headers[delimiter]))

    def read() -> Iterator[Line]:
        with file.text() as text:
            yield from lines(text, delimiter=chosen)

    return Table.of(
        headers[chosen], file=file.name, digest=file.digest, total=max(file.lines - 1, 0), lines=read
    )


def _first_line(file: TextFile, delimiter: str) -> Line:
    with file.text() as text:
        return next(lines(text, delimiter=delimiter), Line(1, ()))


def _no_header(file: TextFile, line: Line) -> InvalidInput:
    if line.problem is None:
        return no_header(file.name)
    hint = line.problem.fix
    if line.problem.kind is ProblemKind.UNREADABLE:
        hint = 'It looks like UTF-16: give encoding="utf-16-le".'
    return no_header(file.name, reason=f" {line.problem.reason}", hint=hint)
