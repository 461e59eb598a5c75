"""The round of announcements that the Working Group's paper tells of, as far as it had come by then."""

from crm.book import Book
from crm.membership.contributions.round_standing import RoundStanding
from crm.reports import Report
from workers.demo.round_of_the_paper import AS_OF, NAME, hold_the_round
from workers.demo.stage import Stage, shown


def tell_the_round(stage: Stage, book: Book) -> None:
    """Hold the round, say how it stood on the day of the paper, and write the report."""
    screen = stage.screen
    with screen.working("Asking 194 Member States, entering 19 answers"):
        hold_the_round(book)
    screen.say(str(screen.run(_standing, book)))
    report: Report = book.reports.contribution_round(round=NAME, on=AS_OF)
    page = report.to_html(stage.output.file("contribution-round.html"))
    screen.done(
        f"The paper names no State: who answered is made up. Every State, with a chart: {shown(page)}"
    )


def _standing(book: Book) -> RoundStanding:
    return book.rounds.of(NAME).standing(AS_OF)
