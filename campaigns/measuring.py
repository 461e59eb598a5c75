"""What came of a run, read from the book: its arms compared at their readings, its wordings, and who was in touch."""

from dataclasses import dataclass

from rich.console import Group, RenderableType

from campaigns.overview import Overview
from campaigns.uplift import Comparison, Reading, last_reading, next_reading, readings_of
from campaigns.uplift_reports import touches_report, wordings_report
from crm.book import Book
from crm.outreach.run_tables import Run
from crm.outreach.runs.rules import RunKey
from crm.reports import Report


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """What came of a run: the arms, the wordings that were tried against one another, and who was in touch besides.

    Attributes:
        arms: those written to beside those held out, with what can honestly be said of the difference.
        wordings: each wording of a step beside the others.
        touches: the first and the last touch of the accounts that reached the goal.
    """

    arms: Report
    wordings: Report
    touches: Report

    @property
    def reports(self) -> tuple[Report, ...]:
        """All three."""
        return (self.arms, self.wordings, self.touches)

    def __rich__(self) -> RenderableType:
        return Group(*(report.table() for report in self.reports))

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.reports))

    def __repr__(self) -> str:
        return f"<Measured {self.arms.title}>"

    def _repr_html_(self) -> str:
        return "".join(report._repr_html_() for report in self.reports)


def overview_of(book: Book, run: RunKey) -> Overview:
    """A run as it stands, with its arms as they were last read."""
    results = book.outcomes.of(run)
    return Overview(results, book.clock.now(), compared(book, results.run), book.outgoing.stopped)


def measured(book: Book, run: RunKey) -> Measured:
    """What came of a run: arms, wordings and touches; differences only as its readings allow."""
    overview, now = overview_of(book, run), book.clock.now()
    reading = overview.comparison.reading
    until = reading.at if reading else now
    return Measured(
        arms=overview.report(),
        wordings=wordings_report(
            overview.results, book.outcomes.wordings(run, until=until), reading, as_of=now
        ),
        touches=touches_report(overview.results, book.outcomes.touches(run, until=now), as_of=now),
    )


def compared(book: Book, run: Run) -> Comparison:
    """The arms of a run as its last reading found them."""
    now, readings = book.clock.now(), _readings(run)
    reading = last_reading(readings, now)
    results = book.outcomes.of(run, exposure=reading.exposure) if reading else None
    return Comparison(readings, reading, results, next_reading(readings, now))


def _readings(run: Run) -> tuple[Reading, ...]:
    """The readings that were approved with a run."""
    if run.launched_at is None:
        return ()
    return readings_of(run.launched_at, run.approved.readings, standing=run.standing)
