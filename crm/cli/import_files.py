"""What the commands of `crm import` share: how a file and its mapping are given, and how a report is told."""

import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from crm.book import Book
from crm.cli.session import invocation, say, show
from crm.errors import InvalidInput, NotFound
from crm.imports.judgement import Update
from crm.imports.report import ImportReport
from crm.imports.sources import Source

File = Annotated[str, typer.Argument(help="A CSV file, an .xlsx workbook, or - for standard input.")]
MappingName = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="NAME",
        help="A mapping that was saved, or a TOML file with columns and constants.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds a field; may be repeated."),
]
Constants = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="The same value for every row; may be repeated."),
]
SaveMapping = Annotated[
    str | None, typer.Option(metavar="NAME", help="Keep the mapping under this name for the next file.")
]
Suggest = Annotated[
    bool, typer.Option("--suggest", help="Only propose a mapping from the header; nothing is imported.")
]
SourceName = Annotated[
    str | None, typer.Option(help="What the source is called, the same for each of its files.")
]
Policy = Annotated[
    Update,
    typer.Option(
        help="What happens to records of the book: fill what is empty, overwrite, or never change them."
    ),
]
Synthetic = Annotated[bool, typer.Option("--synthetic", help="What is created is made up.")]
Encoding = Annotated[
    str | None,
    typer.Option(help="What a CSV file is written in, if it is not UTF-8 and has no byte order mark."),
]
Sheet = Annotated[str | None, typer.Option(help="Which sheet of a workbook; the first one if left out.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Refused = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write the rows that were not taken here, to correct and import again."
    ),
]
AllRows = Annotated[
    Path | None,
    typer.Option("--rows", metavar="FILE", help="Write what happens to every row here, to look through."),
]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping as it is given on the command line."""

    name: str | None
    columns: list[str] | None
    constants: list[str] | None

    def whole(self, book: Book) -> dict[str, object]:
        """The mapping that is meant: what was saved or stands in a file, and what the options say beside it.

        Raises:
            NotFound: there is neither a mapping nor a file of this name.
            InvalidInput: an option holds no equals sign, or the file is no TOML.
        """
        given = self._given(book)
        held = {**_table(given, "columns"), **_pairs(self.columns or [], "map")}
        same = {**_table(given, "constants"), **_pairs(self.constants or [], "set")}
        return {**given, "columns": held, "constants": same}

    def _given(self, book: Book) -> Mapping[str, object]:
        if self.name is None:
            return {}
        if self.name.endswith(".toml") or Path(self.name).is_file():
            return _read(Path(self.name))
        return book.imports.mappings.get(self.name).mapping


def tell(ctx: typer.Context, report: ImportReport, refused: Path | None, rows: Path | None = None) -> None:
    """Show a report, and write the rows that were not taken to a file, and what became of every row to another."""
    show(ctx, _plain(report) if invocation(ctx).as_json else report)
    if rows is not None:
        say(ctx, f"What happens to each of {_written(report.to_csv_rows, rows, 'rows')} rows is in {rows}.")
    if refused is not None:
        count = _written(report.to_csv_refused, refused, "refused")
        say(ctx, f"{count} rows are in {refused}: correct them there and import that file in the same way.")
    elif len(report.left):
        say(
            ctx,
            "`--refused FILE` writes the rows that were not taken to a file, to correct and import again.",
        )


def _written(write: Callable[[Path], int], path: Path, field: str) -> int:
    try:
        return write(path)
    except OSError as error:
        hint = "Choose another file: `crm import show` writes it again."
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", field=field, hint=hint) from error


def source_of(file: str) -> Source:
    """The file that is meant."""
    return sys.stdin.buffer if file == "-" else Path(file)


def _plain(report: ImportReport) -> dict[str, object]:
    """A report for programs: the numbers, and the rows that wait for a person."""
    fields = ("batch_id", "dry_run", "kind", "source", "header", "blank", "finished", "tally")
    shown = {name: getattr(report, name) for name in fields}
    return {"counts": report.counts, "report": {**shown, "left": list(report.left)}}


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", field="mapping", value=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = 'Write [columns] and lines such as name = "Company".'
        raise InvalidInput(f"{path} cannot be read as TOML: {error}.", field="mapping", hint=hint) from error


def _table(given: Mapping[str, object], name: str) -> dict[str, str]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise InvalidInput(f"{name} is no table.", field="mapping", hint=f"Write [{name}] above its lines.")
    return found


def _pairs(given: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for entry in given:
        field, equals, value = entry.partition("=")
        if not equals:
            hint = f"Write --{option} name=Company, in quotes where there are spaces."
            raise InvalidInput(f"{entry!r} holds no equals sign.", field=option, value=entry, hint=hint)
        pairs[field.strip()] = value.strip()
    return pairs
