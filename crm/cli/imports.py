"""`crm import …`: bring files into the book, and see what earlier imports did."""

import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from crm.cli.options import Number, examples
from crm.cli.session import console, invocation, opened, say, show
from crm.directory.roles import RoleKind
from crm.errors import InvalidInput, NotFound
from crm.imports.performing import Progress as OnProgress
from crm.imports.report import ImportReport
from crm.imports.sources import Source

app = typer.Typer(help="Bring CSV files into the book; try each with --dry-run first.", no_args_is_help=True)

Refused = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the refused rows here, to be corrected and imported again."),
]


@app.command(
    epilog=examples(
        "crm import organizations companies.csv --map name=Company --map country=HQ --dry-run",
        "crm import organizations companies.csv --mapping companies.toml --refused refused.csv",
    )
)
def organizations(
    ctx: typer.Context,
    *,
    file: Annotated[str, typer.Argument(help="A CSV file, or - for standard input.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file with the tables columns and constants.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds a field; may be repeated."),
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="The same value for every row; may be repeated."),
    ] = None,
    source_name: Annotated[
        str | None, typer.Option(help="What the source is called, the same for each of its files.")
    ] = None,
    role: Annotated[
        RoleKind | None, typer.Option(help="Mark what is created as prospects or donors.")
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="The organisations are made up.")] = False,
    encoding: Annotated[str | None, typer.Option(help="What the file is written in, if not UTF-8.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    refused: Refused = None,
) -> None:
    """Import organisations; every row stands alone, and importing a file twice adds nothing."""
    plan = _mapping(mapping, columns or [], constants or [])
    with opened(ctx) as book, _bar(file) as moved:
        report = book.imports.organizations(
            _source(file),
            plan,
            dry_run=dry_run,
            source_name=source_name,
            role=role,
            synthetic=synthetic,
            encoding=encoding,
            on_progress=moved,
        )
        _tell(ctx, report, refused)


@app.command(name="list")
def list_imports(ctx: typer.Context) -> None:
    """List every import, the latest first."""
    with opened(ctx) as book:
        cells = {"id": "id", "kind": "kind", "source": "source", "started": "started_at"}
        show(ctx, list(book.imports), cells, empty="Nothing has been imported yet.")


@app.command(name="show")
def show_import(ctx: typer.Context, number: Number, refused: Refused = None) -> None:
    """Show what an earlier import did, as it was reported then."""
    with opened(ctx) as book:
        _tell(ctx, book.imports.report(number), refused)


def _tell(ctx: typer.Context, report: ImportReport, refused: Path | None) -> None:
    show(ctx, {"counts": report.counts, "report": report} if invocation(ctx).as_json else report)
    if refused is not None:
        try:
            count = report.to_csv_refused(refused)
        except OSError as error:
            hint = "Choose another file: `crm import show` writes it again."
            raise InvalidInput(
                f"{refused} cannot be written: {error.strerror}.", field="refused", hint=hint
            ) from error
        say(
            ctx,
            f"{count} rows are in {refused}: correct them there and import that file in the same way.",
        )
    elif report.left:
        say(
            ctx,
            "`--refused FILE` writes the rows that were not taken to a file that can be corrected and imported.",
        )


def _mapping(path: Path | None, columns: list[str], constants: list[str]) -> dict[str, object]:
    given = _read(path) if path else {}
    held = {**_table(given, "columns"), **_pairs(columns, "map")}
    same = {**_table(given, "constants"), **_pairs(constants, "set")}
    return {**given, "columns": held, "constants": same}


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", field="mapping", value=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = 'Write [columns] and lines such as name = "Company".'
        raise InvalidInput(f"{path} cannot be read as TOML: {error}.", field="mapping", hint=hint) from error


def _table(given: dict[str, object], name: str) -> dict[str, str]:
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


def _source(file: str) -> Source:
    return sys.stdin.buffer if file == "-" else Path(file)


@contextmanager
def _bar(file: str) -> Iterator[OnProgress]:
    """A progress bar on standard error, where a person looks at it."""
    target = console(stderr=True)
    with Progress(console=target, transient=True, disable=not target.is_terminal) as bar:
        task = bar.add_task(f"Importing {Path(file).name}", total=None)

        def moved(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield moved
