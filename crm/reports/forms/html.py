"""A report as a page that can be opened, printed and handed on: one file, nothing remote, no script."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from crm.reference.languages import locale
from crm.reports.chart import ChartKind
from crm.reports.forms import bars, charted, over_time, tiles
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import NOT_STATED, shown
from crm.reports.forms.openings import IN_A_NOTEBOOK, ON_A_PAGE, openings
from crm.reports.forms.words import words
from crm.templates_folder import page_template

if TYPE_CHECKING:
    from crm.reports.report import Report


_DRAWN = {ChartKind.BARS: bars.drawn, ChartKind.TILES: tiles.drawn, ChartKind.COLUMNS: over_time.drawn}


def page(report: Report) -> str:
    """The report as a whole page, with its style inside it."""
    return _rendered("report.html", report, anchor=report.name, most=ON_A_PAGE)


def fragment(report: Report) -> str:
    """The report as a piece of a page, for a notebook: its style and its links touch nothing but itself."""
    told_apart = f"{report.as_of.isoformat()} {report.on} {dict(report.filters)} {report.language}"
    anchor = f"{report.name}-{crc32(told_apart.encode()):08x}"
    return _rendered("fragment.html", report, anchor=anchor, most=IN_A_NOTEBOOK)


def _rendered(template: str, report: Report, *, anchor: str, most: int) -> str:
    return page_template(template, "report").render(
        report=report,
        anchor=anchor,
        words=words(report.language),
        facts=facts(report),
        direction=locale(report.language).text_direction,
        charts=[(chart, _DRAWN[chart.kind](report, chart)) for chart in report.charts],
        at_zero=[charted.at_zero(report, chart) for chart in report.charts],
        across=tiles.ACROSS,
        opened=openings(report, most),
        most=most,
        shown=partial(shown, language=report.language),
        not_stated=NOT_STATED,
    )
