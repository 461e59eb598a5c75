"""Real companies come in through the ordinary importer, which says what it makes of every row."""

from pathlib import Path

from crm.book import Book
from crm.imports.report import ImportReport
from workers.demo.companies import MAPPING, SOURCE, write_companies_csv
from workers.demo.screen import Advance
from workers.demo.stage import Stage, shown


def import_companies(stage: Stage, book: Book) -> ImportReport:
    """Import the companies as prospects: tried first, then done, then done again to no effect."""
    screen, path = stage.screen, stage.output.file("companies.csv")
    count = write_companies_csv(path, most=stage.companies)
    screen.say(
        f"{count:,} listed companies as they are found: countries such as “Houston, Texas”, free-text industries."
    )
    screen.code_of(_tried)
    with screen.working("Trying the import without writing anything", total=count) as progress:
        tried = _tried(book, path, progress)
    screen.say(f"[dim]{tried}[/]")
    screen.code_of(_report)
    with screen.working("Importing", total=count) as progress:
        report = _report(book, path, progress)
    screen.show(report.table(examples=1))
    if report.refused:
        refused = stage.output.file("refused.csv")
        report.to_csv_refused(refused)
        screen.done(f"The {len(report.refused)} refused rows, to correct and import again: {shown(refused)}")
    with screen.working("Importing the same file a second time", total=count) as progress:
        again = _report(book, path, progress)
    screen.done(f"The second time {len(again.created)} were added, and {len(again.matched):,} known again.")
    return report


def _tried(book: Book, path: Path, progress: Advance) -> ImportReport:
    return book.imports.organizations(
        path,
        MAPPING,
        source_name=SOURCE,
        role="prospect",
        on_progress=progress,
        dry_run=True,
    )


def _report(book: Book, path: Path, progress: Advance) -> ImportReport:
    return book.imports.organizations(
        path,
        MAPPING,
        source_name=SOURCE,
        role="prospect",
        on_progress=progress,
    )
