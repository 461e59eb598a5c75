"""A report as a page that can be opened, printed and handed on: one file, nothing remote, no script."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crm.reports.forms.bars import panels, scale
from crm.reports.forms.facts import facts
from crm.reports.forms.figures import NOT_STATED, locale, shown
from crm.reports.forms.words import words
from crm.templates_folder import templates_folder

if TYPE_CHECKING:
    from crm.reports.report import Report


def page(report: Report) -> str:
    """The report as a whole page, with its style inside it."""
    return _rendered("report.html", report)


def fragment(report: Report) -> str:
    """The report as a piece of a page, for a notebook: its style touches nothing but itself."""
    return _rendered("fragment.html", report)


def _rendered(template: str, report: Report) -> str:
    chart = report.chart
    return (
        _templates()
        .get_template(template)
        .render(
            report=report,
            words=words(report.language),
            facts=facts(report),
            direction=locale(report.language).text_direction,
            chart=chart,
            panels=panels(report, chart) if chart else (),
            scale=scale(report, chart) if chart else None,
            shown=partial(shown, language=report.language),
            not_stated=NOT_STATED,
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_folder() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
