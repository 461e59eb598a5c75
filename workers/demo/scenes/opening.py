"""An empty book on the embedded server, migrated and filled with the facts about the Union."""

import crm
from crm.book import Book
from crm.config import Settings
from crm.reference.comparison import LoadReport
from crm.store.postgres import Server
from workers.demo.stage import BOOK, Stage


def open_a_book(stage: Stage, server: Server) -> Book:
    """Make the book anew and open it."""
    screen = stage.screen
    with screen.working("Making an empty database"):
        server.replace_database(BOOK)
    screen.code_of(_book)
    with screen.working("Migrating it and loading the reference data"):
        book = _book(stage.settings)
    loaded = screen.run(_loaded, book)
    screen.done(f"Loaded again, nothing changed. The book knows {_known(book, loaded)}.")
    return stage.books.enter_context(book)


def _book(settings: Settings) -> Book:
    return crm.open(actor="dana.novak@accord.example", settings=settings)


def _loaded(book: Book) -> LoadReport:
    return book.reference.load()


def _known(book: Book, loaded: LoadReport) -> str:
    found = {table.file.removesuffix(".csv"): table.unchanged + table.kept for table in loaded.tables}
    states = sum(country.member_state == country.code for country in book.countries)
    return (
        f"{states} Member States and {found['countries'] - states} territories in six languages, "
        f"{found['regions']} regions, {found['study_groups']} study groups, {found['segments']} segments "
        f"and {found['offices']} offices"
    )
