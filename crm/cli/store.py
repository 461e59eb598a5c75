"""`crm migrate`, `crm reference …`, `crm history` and `crm restore`: the database, its facts and its trail."""

from collections.abc import Callable
from typing import Annotated

import typer

from crm.book import Book
from crm.cli.options import DAY, Reason, day, instant
from crm.cli.session import invocation, opened, show
from crm.cli.tables import said
from crm.errors import NotFound
from crm.opening import database_url, folder_of, read_settings
from crm.store.engine import connect
from crm.store.history import Happened
from crm.store.postgres import open_server
from crm.store.records import Record
from crm.store.schema import migrate as bring_up
from crm.store.schema import newest, version

Look = Callable[[], Record]

reference = typer.Typer(
    help="Facts with their sources: States, regions, segments, study groups.", no_args_is_help=True
)

_LOADED = {name: name for name in ("file", "added", "changed", "unchanged", "retired", "kept")}
_HAPPENED = {
    "line": "id",
    "at": "at",
    "who": "actor",
    "verb": "verb",
    "what changed": "changes",
    "why": "reason",
}


def migrate(ctx: typer.Context) -> None:
    """Bring the database to the version that this program needs; running it again changes nothing."""
    settings = read_settings()
    server = open_server(folder_of(settings)) if settings.database_url is None else None
    engine = connect(database_url(settings, server))
    try:
        before = version(engine)
        bring_up(engine)
        after = version(engine)
    finally:
        engine.dispose()
        if server is not None:
            server.close()
    told = f"The database is at version {after}" + (
        " already." if before == after else f"; it was at {before or 'none'}."
    )
    show(ctx, {"before": before, "after": after, "newest": newest()} if invocation(ctx).as_json else told)


@reference.command()
def load(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Bring the tables of facts into line with the files of this program; running it again changes nothing."""
    with opened(ctx, otherwise="setup") as book:
        report = book.reference.load(dry_run=dry_run)
        if invocation(ctx).as_json:
            show(ctx, report)
        else:
            show(ctx, report.tables, _LOADED)
            show(
                ctx,
                f"{report.touched} rows would be written."
                if dry_run
                else f"{report.touched} rows were written.",
            )


def history(
    ctx: typer.Context,
    *,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="ID_OR_ORG", help="The id of anything, or any key of an organisation or a person."
        ),
    ] = None,
    field: Annotated[
        str | None, typer.Option(help='Only what happened to this field, e.g. "country".')
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help=f"Only from this day on. {DAY}")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Also what the same verbs changed in other records.")
    ] = False,
    inner: Annotated[
        bool, typer.Option("--inner", help="Also the fields that only the program keeps.")
    ] = False,
    limit: Annotated[
        int, typer.Option(min=1, help="How many of the latest verbs, where no key is given.")
    ] = 50,
) -> None:
    """Show who changed what, when and why, the oldest first; without a key, the latest verbs of everybody."""
    with opened(ctx) as book:
        if key is None:
            cells = {"at": "at", "who": "actor", "verb": "verb", "subject": "subject", "why": "reason"}
            show(ctx, book.trail.latest(limit=limit), cells)
            return
        record = find_record(book, key)
        first = day(book, since) if since else None
        happened = (
            book.trail.about(record)
            if whole
            else book.trail.of(record, field=field, since=first, inner=inner)
        )
        show(
            ctx,
            happened,
            {**({"record": "record"} if whole else {}), **_HAPPENED},
            empty=f"Nothing about {said(record)}.",
        )


def restore(
    ctx: typer.Context,
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="LINE_OR_KEY",
            help="The number of a line of `crm history`, whose change is undone; or any key of a record.",
        ),
    ],
    reason: Reason,
    field: Annotated[str | None, typer.Option(help="Only this field.")] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="For a record: when the value stood there, e.g. 2027-04-01."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Even where it has changed again since.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Put a former value back, through the same checks as ever."""
    with opened(ctx) as book:
        line = None if at or not what.isdecimal() else _line(book, int(what))
        put_back = book.restore(
            line or find_record(book, what),
            reason=reason,
            field=field,
            at=instant(book, at),
            force=force,
            dry_run=dry_run,
        )
        show(ctx, put_back if invocation(ctx).as_json else str(put_back))


def _line(book: Book, number: int) -> Happened | None:
    try:
        return book.trail.get(number)
    except NotFound:
        return None


def find_record(book: Book, key: str) -> Record:
    """The record that a key means; an id means one thing in the whole book.

    Args:
        book: the book.
        key: an id, or any key of an organisation, a person or a member of staff.

    Raises:
        NotFound: nothing answers to it.
    """
    accounts: list[Look] = [lambda: book.organizations.get(key)]
    persons: list[Look] = [lambda: book.people.get(key), lambda: book.staff.get(key)]
    numbered: list[Look] = [lambda: book.trail.record(int(key))]
    # An address is a person's before it is that of everybody who writes from its domain.
    looks = persons + accounts if "@" in key else accounts + persons
    first: NotFound | None = None
    for look in looks + (numbered if key.isdecimal() else []):
        try:
            return look()
        except NotFound as error:
            first = first or error
    assert first is not None
    raise first
