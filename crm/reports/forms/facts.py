"""What must stand beside the figures of a report, whatever the form: instant, filters, definition, denominator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.reports.columns import ColumnKind
from crm.reports.forms.figures import day, instant, shown
from crm.reports.forms.words import words

if TYPE_CHECKING:
    from crm.reports.report import Report

_SAID = {"region": "development region"}
"""What a filter is called for people, where its name alone could mean something else."""


def facts(report: Report) -> dict[str, str]:
    """The facts a reader needs to trust the figures, by name, in the report's language and in reading order."""
    word = words(report.language)
    dated = {word["as_of"]: instant(report.as_of, language=report.language)}
    if report.on:
        dated[word["on"]] = day(report.on, language=report.language)
    return dated | {
        word["filters"]: _chosen(report) or word["no_filters"],
        word["definition"]: report.definition,
        word["denominator"]: report.denominator,
    }


def _chosen(report: Report) -> str:
    filters = report.filters.items()
    return "; ".join(
        f"{_SAID.get(name, name)}: {shown(value, ColumnKind.TEXT, language=report.language)}"
        for name, value in filters
    )
