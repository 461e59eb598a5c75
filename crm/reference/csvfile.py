"""The one reader of reference files: UTF-8, "NA" stays a string, an empty cell is None, every value is typed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Generic, TypeVar

from pydantic import ValidationError

from crm.errors import InvalidInput
from crm.reference.facts import Fact

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Line(Generic[F]):
    """A line of a file: its row, counted from 1 with the header as row 1, and the fact it states."""

    row: int
    fact: F


def shipped(name: str) -> Traversable:
    """A file of `crm/reference/data`, wherever the package is installed."""
    return files("crm.reference").joinpath("data", name)


def read(kind: type[F], file: Traversable) -> tuple[Line[F], ...]:
    """Read the facts of a file.

    Args:
        kind: the table that the file fills; its fields are the columns.
        file: the file, e.g. ``shipped("countries.csv")``.

    Raises:
        InvalidInput: a column or value is wrong; the error names file, row, field and value.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{file.name} is not UTF-8.", subject=file.name, value=error.reason, hint="Save it as UTF-8."
        ) from error
    return tuple(_lines(kind, file.name, text))


def facts(kind: type[F], file: Traversable) -> tuple[F, ...]:
    """Read the facts of a file without their row numbers."""
    return tuple(line.fact for line in read(kind, file))


def _lines(kind: type[F], name: str, text: str) -> Iterator[Line[F]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header = next(reader, [])
    _check_header(kind, name, header)
    for cells in reader:
        if len(cells) != len(header):
            raise InvalidInput(
                f"{name}, row {reader.line_num}: {len(cells)} cells where the header has {len(header)}.",
                subject=name,
                row=reader.line_num,
                hint="Put a cell that holds a comma into quotes.",
            )
        values = {column: cell.strip() or None for column, cell in zip(header, cells, strict=True)}
        yield Line(reader.line_num, _typed(kind, name, reader.line_num, values))


def _check_header(kind: type[F], name: str, header: list[str]) -> None:
    unknown = [column for column in header if column not in kind.columns()]
    missing = [column for column in kind.columns() if column not in header]
    if unknown or missing or len(set(header)) != len(header):
        wrong = (unknown or missing or ["a column twice"])[0]
        raise InvalidInput(
            f"{name}: the header is wrong at {wrong!r}.",
            subject=name,
            row=1,
            field=wrong,
            candidates=kind.columns(),
            hint="The file has exactly these columns.",
        )


def _typed(kind: type[F], name: str, row: int, values: dict[str, str | None]) -> F:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else None
        value = values.get(field) if field else None
        raise InvalidInput(
            f"{name}, row {row}, {field}: {value!r} is not right ({first['msg']}).",
            subject=name,
            row=row,
            field=field,
            value=value,
        ) from error
