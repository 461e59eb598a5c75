"""The demonstration of scale from beginning to end, in a book of its own that goes when it is over."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory

from rich import box
from rich.table import Table

import crm
from crm.book import Book
from crm.config import Settings, StatedSettings
from crm.insight.pair import Pair
from crm.reference.csvfile import facts, shipped
from crm.reference.legal_forms import LegalForm, LegalForms
from crm.reports import Report
from crm.store.postgres import Server, open_server
from crm.store.private_folders import data_folder
from workers.demo.cast import DANA
from workers.demo.chance import number
from workers.demo.scenes.reporting import by_region, without
from workers.demo.screen import Advance, Screen
from workers.demo.turns import own_turn
from workers.demo_big.entities import MAPPING, SOURCE, write_entities_csv
from workers.demo_big.judging import Quality, quality
from workers.demo_big.slips import SLIPS, written_again

BOOK = "demo_big"
_AGAIN = 500

Write = Callable[[Path, int], int]


def play(
    screen: Screen, *, data: Path, entities: int, keep: bool, write: Write = write_entities_csv
) -> Quality:
    """Play the demonstration of scale.

    Args:
        screen: where to tell it.
        data: the data folder of the embedded server.
        entities: how many legal entities to import.
        keep: whether the book stays when it is over.
        write: writes so many legal entities to a CSV file and says how many there are.

    Returns:
        How good the search for duplicates was.
    """
    folder = data_folder(data)
    settings = StatedSettings.model_validate({"data_folder": folder, "book": BOOK})
    waiting = "[yellow]Another demonstration is running; this one begins when that is over.[/]"
    with own_turn(folder, on_wait=lambda: screen.say(waiting)), open_server(folder) as server:
        with _own_book(screen, server, settings, keep=keep) as book:
            _import_entities(screen, book, write, entities)
            _report_prospects(screen, book)
            known = _write_some_again(screen, book, min(_AGAIN, entities // 10))
            judged = _find_duplicates(screen, book, known)
            screen.end_scene()
            _sum_up(screen, folder, keep=keep)
        return judged


@contextmanager
def _own_book(screen: Screen, server: Server, settings: Settings, *, keep: bool) -> Iterator[Book]:
    screen.scene("A book of its own")
    with screen.working("Making an empty book and loading the reference data"):
        server.replace_database(BOOK)
        book = crm.open(DANA.email, settings=settings)
    try:
        with book:
            yield book
    finally:
        if not keep:
            server.drop_database(BOOK)


def _import_entities(screen: Screen, book: Book, write: Write, most: int) -> None:
    screen.scene("Real legal entities, through the ordinary importer")
    screen.say(
        "[bold]For scale only:[/] these are real legal entities out of GLEIF's public list. Nobody has approached them,"
        f" they are nobody's prospects, and each is marked with its source, “{SOURCE}”."
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "entities.csv")
        with screen.working("Reading the list; funds and sole proprietors stay out"):
            count = write(path, most)
        screen.code_of(_report)
        with screen.working("Importing", total=count) as progress:
            report = _report(book, path, progress)
    screen.done(str(report).splitlines()[0])


def _report(book: Book, path: Path, progress: Advance) -> object:
    return book.imports.organizations(
        path, MAPPING, source_name=SOURCE, role="prospect", on_progress=progress
    )


def _report_prospects(screen: Screen, book: Book) -> None:
    screen.scene("The same report as with a hundred prospects")
    with screen.working("Counting the prospects of every Member State"):
        report = _prospects(book)
    screen.show(by_region(report))
    screen.done(f"{without(report)} of 194 Member States have no prospect at all, and the report says so.")


def _prospects(book: Book) -> Report:
    return book.reports.prospects_by_state()


def _write_some_again(screen: Screen, book: Book, count: int) -> Mapping[tuple[int, int], str]:
    """Enter some organisations a second time, as somebody might type them; says which, and what was done to each."""
    screen.scene("Some of them are entered a second time")
    bare = LegalForms(facts(LegalForm, shipped("legal_forms.csv"))).bare
    some = nsmallest(count, book.organizations, key=lambda account: number(account.name))
    known = {}
    with screen.working("Entering them, made up and marked so", total=count) as progress:
        for done, account in enumerate(some, 1):
            name, how = written_again(account.name, bare(account.name))
            again = book.organizations.add(name, country=account.country, source=SOURCE, synthetic=True)
            known[account.id, again.id] = how
            progress(done, count)
    screen.say(f"{count:,} names were written {', '.join(SLIPS)}; none has an LEI this time.")
    return known


def _find_duplicates(screen: Screen, book: Book, known: Mapping[tuple[int, int], str]) -> Quality:
    screen.scene("What is in the book twice?")
    screen.code_of(_pairs)
    with screen.working("Comparing all with all that may be the same"):
        pairs = _pairs(book)
    screen.show(_table({pair.because: pair for pair in reversed(pairs)}.values()))
    judged = quality(((pair.keep_id, pair.duplicate_id) for pair in pairs), known)
    screen.show(_by_slip(judged))
    screen.done(
        f"{len(pairs):,} pairs: {judged}. What is called wrong are namesakes in one country, which a person has to tell"
        " apart; another LEI tells two real ones apart by itself."
    )
    return judged


def _pairs(book: Book) -> tuple[Pair, ...]:
    return book.duplicates.organizations()


def _table(pairs: Iterable[Pair]) -> Table:
    grid = Table(title="One of each kind", title_justify="left", box=box.SIMPLE_HEAD)
    for title in ("Sure", "In the book", "Once more", "Because"):
        grid.add_column(title, overflow="fold")
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        grid.add_row(f"{pair.score:.0%}", pair.keep, pair.duplicate, "; ".join(pair.because))
    return grid


def _by_slip(judged: Quality) -> Table:
    grid = Table(title="Found again", title_justify="left", box=box.SIMPLE_HEAD)
    grid.add_column("What happened to the name")
    for title in ("Entered", "Found"):
        grid.add_column(title, justify="right")
    for how, count in judged.known.items():
        grid.add_row(how, f"{count:,}", f"{judged.found.get(how, 0):,}")
    return grid


def _sum_up(screen: Screen, folder: Path, *, keep: bool) -> None:
    grid = Table(title=f"That took {screen.seconds:.0f} seconds", title_justify="left", box=box.SIMPLE_HEAD)
    grid.add_column("Scene")
    grid.add_column("Seconds", justify="right")
    for scene, seconds in screen.timings.items():
        grid.add_row(scene, f"{seconds:.1f}")
    screen.show(grid)
    if keep:
        screen.say(
            f"The book {BOOK} stays in {folder}. Look around: export CRM_BOOK={BOOK} CRM_ACTOR={DANA.email}, then"
            " `crm duplicates list --limit 20` or `crm report prospects-by-state`."
        )
    else:
        screen.say(f"The book {BOOK} in {folder} goes now; --keep leaves it there.")
