"""What the members could bring: whom to ask, what an upgrade would cost it, and what would follow if a fee rose."""

from rich import box
from rich.table import Table

from crm.book import Book
from crm.insight.potential import Potential
from crm.membership.proposals.proposal import Proposal
from crm.membership.what_if import FeeChange
from crm.reports.what_if.simulation import Simulation
from workers.demo.stage import Stage, shown, today

_SHOWN = 5
_DRAWS = 2_000


def look_ahead(stage: Stage, book: Book) -> None:
    """Rank what could be asked for, propose one upgrade, and ask what a higher fee would do."""
    screen = stage.screen
    ranked = screen.run(_ranked, book)
    screen.show(_listed(ranked))
    free = next((each for each in ranked if not any(reason.holds for reason in each.against)), None)
    if free is not None:
        screen.say(str(screen.run(_proposed, book, free)))
        screen.done("A proposal is a preview: nothing was written. `book.terms.accept` posts exactly that.")
    with screen.working(f"Asking what a higher fee for Associates would do, {_DRAWS:,} times"):
        found = _higher_fee(book)
    screen.show(found.table().table())
    page = found.table("tornado").to_html(stage.output.file("what-if-tornado.html"))
    screen.done(f"How members answer to a fee is assumed, not known; what matters most: {shown(page)}")
    for name, report in (
        ("revenue-forecast", book.reports.revenue_forecast()),
        ("membership-movement", book.reports.membership_movement()),
        ("applications-stuck", book.reports.applications_stuck()),
    ):
        report.to_html(stage.output.file(f"{name}.html"))
    screen.done("Revenue ahead, movement and applications that are stuck: three more pages beside it.")


def _ranked(book: Book) -> tuple[Potential, ...]:
    return tuple(book.potential.ranked(kind="upgrade", limit=_SHOWN))


def _proposed(book: Book, potential: Potential) -> Proposal:
    on = today(book).replace(month=4, day=1, year=today(book).year + 1)
    return book.terms.propose_upgrade(potential.organization_id, sector=potential.sector, on=on)


def _higher_fee(book: Book) -> Simulation:
    return book.what_if([FeeChange("associate-*", by="10%")], draws=_DRAWS)


def _listed(ranked: tuple[Potential, ...]) -> Table:
    grid = Table(title="Upgrades to ask for, the best first", title_justify="left", box=box.SIMPLE_HEAD)
    for title in ("Account", "Sector", "Points", "CHF a year more", "Because"):
        grid.add_column(title, justify="right" if title in ("Points", "CHF a year more") else "left")
    for each in ranked:
        because = each.speaks[0].words if each.speaks else ""
        grid.add_row(each.organization, each.sector, str(each.points), f"{each.yearly.amount:,.2f}", because)
    return grid
