"""Proposing a mapping for a file: which column may hold which field, and why."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from crm.imports.headings import headings
from crm.imports.kind import Kind
from crm.imports.sources import Source, opened_table
from crm.imports.summary import tame
from crm.imports.verdicts import clipped
from crm.reference.spelling import plain
from crm.shown import Shown

_PREVIEW = 5
_CLOSE_ENOUGH = 0.85  # a slip of the pen; "company name" and "country name" are further apart


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A column that may hold a field.

    Attributes:
        field: the field.
        column: the column, as it stands in the header.
        reason: why.
        sure: whether the column is called so; else it only looks like it.
    """

    field: str
    column: str
    reason: str
    sure: bool

    def __str__(self) -> str:
        return f"{self.field} ← {self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Suggested(Shown):
    """A mapping that is proposed for a file.

    Attributes:
        kind: what the rows are.
        suggestions: a column for each field that seems to be in the file, with the reason.
        unused: the columns that no field was found for.
        missing: the fields that every row needs and no column was found for.
        header: the columns of the file.
        rows: its first rows, for a look.
    """

    kind: str
    suggestions: tuple[Suggestion, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def mapping(self) -> dict[str, str]:
        """The column of each field, ready to be passed on."""
        return {one.field: one.column for one in self.suggestions}

    def as_options(self) -> str:
        """The mapping as it is written on the command line."""
        return " ".join(f"--map {shlex.quote(f'{one.field}={one.column}')}" for one in self.suggestions)

    def table(self) -> Grid:
        """The proposal and the first rows, for the terminal."""
        grid = Grid(title=Text(str(self), "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("field", "column", "why", "for example"):
            grid.add_column(heading, overflow="fold")
        for one in self.suggestions:
            shown = ", ".join(self._examples(one.column))
            grid.add_row(one.field, Text(tame(one.column)), Text(tame(one.reason)), Text(tame(shown), "dim"))
        for column in self.unused:
            grid.add_row("", Text(tame(column)), "", Text(tame(", ".join(self._examples(column))), "dim"))
        return grid

    def _examples(self, column: str) -> Sequence[str]:
        at = self.header.index(column)
        return [clipped(row[at]) for row in self.rows if at < len(row) and row[at]][:2]

    def __str__(self) -> str:
        said = f"{len(self.suggestions)} of {len(self.header)} columns seem to hold fields of {self.kind}"
        return said + (f"; missing: {', '.join(self.missing)}." if self.missing else ".")


def suggested(
    source: Source, kind: Kind, *, encoding: str | None = None, sheet: str | None = None
) -> Suggested:
    """Propose a mapping for a file; see `Imports.suggest`."""
    with opened_table(source, encoding=encoding, sheet=sheet) as table, closing(table.rows()) as rows:
        first = tuple(line.cells for line in islice(rows, _PREVIEW) if not line.is_blank)
        header = table.header
    suggestions = tuple(_suggestions(kind, header))
    fields = {one.field for one in suggestions}
    columns = {one.column for one in suggestions}
    return Suggested(
        kind.name,
        suggestions,
        tuple(column for column in header if column and column not in columns),
        tuple(" or ".join(group) for group in kind.needs if fields.isdisjoint(group)),
        header,
        first,
    )


def _suggestions(kind: Kind, header: Sequence[str]) -> Iterator[Suggestion]:
    """The best column for each field, each column for one field only: names that fit come before those that resemble."""
    names = headings(kind)
    columns = {plain(column): column for column in reversed(header) if column}
    found = _called(kind, columns, names)
    rest = {form: column for form, column in columns.items() if column not in found.values()}
    for field in (field.value for field in kind.fields):
        if field in found:
            spelling = names[field][plain(found[field])]
            reason = "it is called so" if plain(spelling) == plain(field) else f"“{spelling}” means it"
            yield Suggestion(field, found[field], reason, sure=True)
        elif like := next(iter(_alike(rest, names[field])), None):
            form, spelling = like
            yield Suggestion(field, rest.pop(form), f"it looks like “{spelling}”", sure=False)


def _called(kind: Kind, columns: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The columns whose names mean a field; where several do, the spelling that comes first in the list counts."""
    found: dict[str, str] = {}
    for field in (field.value for field in kind.fields):
        fitting = [
            columns[form] for form in names[field] if form in columns and columns[form] not in found.values()
        ]
        if fitting:
            found[field] = fitting[0]
    return found


def _alike(columns: Mapping[str, str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for form in columns:
        for known, spelling in names.items():
            if SequenceMatcher(None, form, known).ratio() >= _CLOSE_ENOUGH:
                yield form, spelling
