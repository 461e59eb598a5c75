"""`book.reports`: every report, by name and as a method."""

from collections.abc import Mapping
from inspect import isfunction
from typing import Any

from crm.errors import NotFound
from crm.reports import (
    applications_stuck,
    coverage_by_office,
    data_quality,
    forecast,
    going_cold,
    interactions_by_office,
    membership_movement,
    pipeline,
    prospects,
    prospects_by_state,
    retention_by_cohort,
    revenue_forecast,
    segments_under_represented,
    states_without_sector_member,
    whom_to_see,
)
from crm.reports.filters import MakesReport, refuse_unknown
from crm.reports.reader import Reader
from crm.reports.report import Report


class Reports(Reader):
    """The reports of the book. Each is written in a file of its own and reads the book in one snapshot."""

    applications_stuck = applications_stuck.applications_stuck
    coverage_by_office = coverage_by_office.coverage_by_office
    data_quality = data_quality.data_quality
    forecast = forecast.forecast
    going_cold = going_cold.going_cold
    interactions_by_office = interactions_by_office.interactions_by_office
    membership_movement = membership_movement.membership_movement
    pipeline = pipeline.pipeline
    prospects = prospects.prospects
    prospects_by_state = prospects_by_state.prospects_by_state
    retention_by_cohort = retention_by_cohort.retention_by_cohort
    revenue_forecast = revenue_forecast.revenue_forecast
    segments_under_represented = segments_under_represented.segments_under_represented
    states_without_sector_member = states_without_sector_member.states_without_sector_member
    whom_to_see = whom_to_see.whom_to_see

    def names(self) -> tuple[str, ...]:
        """The names of all reports, as commands and subscriptions write them."""
        return tuple(REPORTS)

    def make(self, name: str, **filters: Any) -> Report:
        """A report by its name, e.g. ``book.reports.make("prospects-by-state", region="Africa")``.

        Args:
            name: its name, with hyphens or underscores.
            **filters: what the report takes.

        Raises:
            NotFound: there is no such report.
            InvalidInput: the report takes no such filter.
        """
        report = report_named(name)
        refuse_unknown(name, report, filters)
        return report(self, **filters)


REPORTS: Mapping[str, MakesReport] = {
    name.replace("_", "-"): report
    for name, report in sorted(vars(Reports).items())
    if isfunction(report) and report.__module__ != __name__
}
"""Every report by its name."""


def report_named(name: str) -> MakesReport:
    """The function that makes a report.

    Raises:
        NotFound: there is none of that name; the candidates are those there are.
    """
    known = name.strip().replace("_", "-")
    if known not in REPORTS:
        raise NotFound(f"There is no report {name!r}.", field="report", value=name, candidates=list(REPORTS))
    return REPORTS[known]
