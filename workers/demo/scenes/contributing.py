"""What Member States contribute, who of them has not paid, and who has no vote for it."""

from collections import Counter

from crm.book import Book
from crm.reports import Report
from workers.demo.member_states import contribute
from workers.demo.stage import Stage, shown

_WORDS = {True: "may vote", False: "have no vote", None: "are not known"}


def tell_the_votes(stage: Stage, book: Book) -> None:
    """Assess the contributions, enter the payments, say who may vote, and write the report."""
    screen = stage.screen
    with screen.working("Assessing the contributions of Member States, entering what was paid") as progress:
        years = contribute(book, on_progress=progress)
    for year in years:
        screen.done(
            f"{year.year}: {float(year.units):,.2f} units of CHF {year.unit_amount:,.0f} ({year.doubt}) come to "
            f"CHF {year.due:,.2f}; {year.invoices} invoices."
        )
    votes = Counter(vote.votes for vote in book.contributions.votes())
    told = ", ".join(f"{votes[known]} {words}" for known, words in _WORDS.items() if votes[known])
    screen.say(f"By the rule on arrears, whose threshold is unverified, {told}.")
    screen.show(screen.run(_arrears, book).table())
    page = book.reports.arrears_of_member_states().to_html(stage.output.file("arrears-of-member-states.html"))
    screen.done(f"Which States have not paid is made up. All of it, with a chart: {shown(page)}")


def _arrears(book: Book) -> Report:
    return book.reports.arrears_of_member_states()
