"""What came of the run, and the prospects of every Member State, zeros included."""

from rich import box
from rich.table import Table

from campaigns import desk
from campaigns.overview import Overview
from crm.book import Book
from crm.reports import Report
from crm.reports.columns import Group
from workers.demo.stage import Stage, shown

_TOP = 3


def tell_results(stage: Stage, book: Book, run: Overview) -> None:
    """Show the run's results, and what they do not tell."""
    stage.screen.show(stage.screen.run(_results, book, run).table())


def report_prospects(stage: Stage, book: Book) -> None:
    """Print the report of prospects, and write it in every form."""
    screen = stage.screen
    report = screen.run(_report, book)
    screen.show(by_region(report))
    screen.done(f"{without(report)} of 194 Member States have no prospect at all, and the report says so.")
    screen.show(screen.run(_americas, book).table())
    html = stage.output.file("prospects-by-state.html")
    report.to_html(html)
    report.to_csv(html.with_suffix(".csv"))
    report.to_json(html.with_suffix(".json"))
    html.with_suffix(".txt").write_text(str(report), encoding="utf-8")
    screen.done(
        f"All {len(report)} rows, with a chart: {shown(html)} (and as .txt, .csv and .json beside it)"
    )


def _results(book: Book, run: Overview) -> Report:
    return desk.results(book, run)


def _report(book: Book) -> Report:
    return book.reports.prospects_by_state()


def _americas(book: Book) -> Report:
    return book.reports.prospects_by_state(region="Americas")


def by_region(report: Report) -> Table:
    """The report of prospects by Member State, summed up by region."""
    grid = Table(title="Prospects by region", title_justify="left", box=box.SIMPLE_HEAD)
    grid.add_column("Region")
    for title in ("Member States", "Without any", "Prospects"):
        grid.add_column(title, justify="right")
    grid.add_column("Most in")
    for group in report.groups:
        grid.add_row(*_region(group))
    grid.add_section()
    grid.add_row("Total", "194", str(without(report)), f"{report.total('prospects'):,}", "", style="bold")
    return grid


def without(report: Report) -> int:
    """How many Member States have no prospect at all."""
    return sum(row["code"] is not None and row["prospects"] == 0 for row in report)


def _region(group: Group) -> tuple[str, ...]:
    states = [row for row in group.rows if row["code"]]
    found = sorted((row for row in states if row["prospects"]), key=lambda row: -int(str(row["prospects"])))
    top = ", ".join(f"{row['code']} {row['prospects']}" for row in found[:_TOP])
    count = str(len(states)) if states else ""
    return (
        group.name,
        count,
        str(len(states) - len(found)) if states else "",
        f"{group.totals['prospects']:,}",
        top,
    )
