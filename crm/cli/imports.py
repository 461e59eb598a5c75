"""`crm import …`: bring files into the book, go on with what was stopped, take back what was wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from crm.cli import import_files as files
from crm.cli.import_files import Mapped, source_of, tell
from crm.cli.options import Number, Reason, examples
from crm.cli.session import opened, progress, say, show
from crm.directory.roles import RoleKind
from crm.imports.judgement import Update

app = typer.Typer(help="Bring files into the book; try each with --dry-run first.", no_args_is_help=True)


@app.command(
    epilog=examples(
        "crm import organizations companies.csv --suggest",
        "crm import organizations companies.csv --map name=Company --map country=HQ --dry-run",
        "crm import organizations companies.xlsx --mapping registry --role prospect --refused refused.csv",
    )
)
def organizations(
    ctx: typer.Context,
    *,
    file: files.File,
    mapping: files.MappingName = None,
    columns: files.Columns = None,
    constants: files.Constants = None,
    save_mapping: files.SaveMapping = None,
    suggest: files.Suggest = False,
    source_name: files.SourceName = None,
    update: files.Policy = Update.FILL,
    role: Annotated[
        RoleKind | None, typer.Option(help="Mark what is created as prospects or donors.")
    ] = None,
    synthetic: files.Synthetic = False,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
    dry_run: files.DryRun = False,
    refused: files.Refused = None,
    rows: files.AllRows = None,
) -> None:
    """Import organisations; every row stands alone, and importing a file twice adds nothing."""
    how = {"source_name": source_name, "update": update, "role": role, "synthetic": synthetic}
    how |= {"encoding": encoding, "sheet": sheet, "dry_run": dry_run}
    mapped = Mapped(mapping, columns, constants)
    _bring_in(
        ctx, "organizations", file, mapped, how, save=save_mapping, suggest=suggest, written=(refused, rows)
    )


def _command(kind: str) -> Callable[..., None]:
    def command(
        ctx: typer.Context,
        *,
        file: files.File,
        mapping: files.MappingName = None,
        columns: files.Columns = None,
        constants: files.Constants = None,
        save_mapping: files.SaveMapping = None,
        suggest: files.Suggest = False,
        source_name: files.SourceName = None,
        update: files.Policy = Update.FILL,
        synthetic: files.Synthetic = False,
        encoding: files.Encoding = None,
        sheet: files.Sheet = None,
        dry_run: files.DryRun = False,
        refused: files.Refused = None,
        rows: files.AllRows = None,
    ) -> None:
        how = {"source_name": source_name, "update": update, "synthetic": synthetic}
        how |= {"encoding": encoding, "sheet": sheet, "dry_run": dry_run}
        mapped = Mapped(mapping, columns, constants)
        _bring_in(ctx, kind, file, mapped, how, save=save_mapping, suggest=suggest, written=(refused, rows))

    return command


for name, said, example in (
    ("people", "Import people, each with a position at an account.", "--map name=Name --map email=Mail"),
    (
        "terms",
        "Import memberships: joins, their ends, and other events of the ledger.",
        "--map organization=Member --map category=Type --map sector=Sector --map since=Since",
    ),
    (
        "standing",
        "Import statements of standing, such as a finance extract.",
        '--mapping "finance extract" --source-name finance',
    ),
    (
        "interactions",
        "Import calls, meetings and notes, with their next steps.",
        "--map organization=Account --map at=Date --map summary=Notes --set kind=meeting",
    ),
    (
        "participation",
        "Import what accounts did in the study groups.",
        "--map organization=Member --map on=Date --set study_group=T-SG13 --set kind=attended",
    ),
    (
        "payments",
        "Import payments, matched to accounts and invoices; one that is on record by its reference is not entered again.",
        "--map organization=Payer --map on=Date --map amount=Amount --map invoice=Invoice --map reference=Ref",
    ),
):
    app.command(name=name, help=said, epilog=examples(f"crm import {name} {name}.csv {example} --dry-run"))(
        _command(name)
    )


@app.command(name="list")
def list_imports(ctx: typer.Context) -> None:
    """List every import, the latest first, with how far it is."""
    with opened(ctx) as book:
        cells = {"id": "id", "kind": "kind", "source": "source", "state": "state", "rows done": "done"}
        cells |= {"started": "started_at", "by": "begun_by"}
        show(ctx, list(book.imports), cells, empty="Nothing has been imported yet.")


@app.command(name="show")
def show_import(
    ctx: typer.Context, number: Number, refused: files.Refused = None, rows: files.AllRows = None
) -> None:
    """Show what an earlier import did, as it was reported then."""
    with opened(ctx) as book:
        tell(ctx, book.imports.report(number), refused, rows)


@app.command(epilog=examples("crm import resume 4711 companies.csv"))
def resume(ctx: typer.Context, number: Number, file: files.File, refused: files.Refused = None) -> None:
    """Go on with an import that was stopped; the file has to be the very same."""
    with opened(ctx) as book, progress(f"Importing {Path(file).name}") as moved:
        report = book.imports.resume(number, source_of(file), on_progress=moved)
        tell(ctx, report, refused)


@app.command(epilog=examples('crm import revert 4711 --reason "last year\'s file" --dry-run'))
def revert(ctx: typer.Context, number: Number, reason: Reason, *, dry_run: files.DryRun = False) -> None:
    """Take an import back, as far as nothing later stands on it."""
    with opened(ctx) as book:
        show(ctx, book.imports.revert(number, reason=reason, dry_run=dry_run))


@app.command()
def mappings(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Show this one; all are listed without it.")] = None,
) -> None:
    """List the mappings that were saved, or show one of them."""
    with opened(ctx) as book:
        if name is not None:
            show(ctx, book.imports.mappings.get(name))
            return
        cells = {"name": "name", "for": "kind", "by": "saved_by", "saved": "saved_at"}
        show(ctx, book.imports.mappings.list(), cells, empty="None yet: `crm import … --save-mapping NAME`.")


def _bring_in(
    ctx: typer.Context,
    kind: str,
    file: str,
    mapped: Mapped,
    how: dict[str, Any],
    *,
    save: str | None,
    suggest: bool,
    written: tuple[Path | None, Path | None],
) -> None:
    with opened(ctx) as book:
        if suggest:
            place = {name: how[name] for name in ("encoding", "sheet")}
            found = book.imports.suggest(source_of(file), kind=kind, **place)
            show(ctx, found)
            say(ctx, f"For example: crm import {kind} {file} {found.as_options()} --dry-run")
            return
        mapping = mapped.whole(book)
        if save is not None:
            book.imports.mappings.save(save, mapping, kind=kind, replace=True)
        with progress(f"Importing {Path(file).name}") as moved:
            report = getattr(book.imports, kind)(source_of(file), mapping, on_progress=moved, **how)
        tell(ctx, report, *written)
