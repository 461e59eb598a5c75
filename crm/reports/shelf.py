"""`book.reports`: every report, by name and as a method."""

from collections.abc import Mapping
from datetime import date
from inspect import isfunction
from typing import Any

from crm.directory.resolve import OrganizationKey, find_organization
from crm.errors import InvalidInput, NotFound
from crm.membership.dues.statement import statement_of
from crm.reference.languages import known_language
from crm.reports import (
    applications_stuck,
    arrears_ageing,
    arrears_of_member_states,
    contribution_round,
    contribution_stakes,
    contributions_assessment,
    contributions_forecast,
    coverage_by_office,
    data_quality,
    dues_assessment,
    forecast,
    going_cold,
    interactions_by_office,
    membership_movement,
    pipeline,
    potential,
    prospects,
    prospects_by_state,
    retention_by_cohort,
    revenue_forecast,
    segments_under_represented,
    states_without_sector_member,
    whom_to_see,
)
from crm.reports.dues_ledger import dues_ledger
from crm.reports.filters import MakesReport, refuse_unknown
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.reports.statement_of_account import statement_report
from crm.reports.statement_page import StatementPage


class Reports(Reader):
    """The reports of the book. Each is written in a file of its own and reads the book in one snapshot."""

    applications_stuck = applications_stuck.applications_stuck
    arrears_ageing = arrears_ageing.arrears_ageing
    arrears_of_member_states = arrears_of_member_states.arrears_of_member_states
    contribution_round = contribution_round.contribution_round
    contribution_stakes = contribution_stakes.contribution_stakes
    contributions_assessment = contributions_assessment.contributions_assessment
    contributions_forecast = contributions_forecast.contributions_forecast
    coverage_by_office = coverage_by_office.coverage_by_office
    data_quality = data_quality.data_quality
    dues_assessment = dues_assessment.dues_assessment
    forecast = forecast.forecast
    going_cold = going_cold.going_cold
    interactions_by_office = interactions_by_office.interactions_by_office
    membership_movement = membership_movement.membership_movement
    pipeline = pipeline.pipeline
    potential = potential.potential
    prospects = prospects.prospects
    prospects_by_state = prospects_by_state.prospects_by_state
    retention_by_cohort = retention_by_cohort.retention_by_cohort
    revenue_forecast = revenue_forecast.revenue_forecast
    segments_under_represented = segments_under_represented.segments_under_represented
    states_without_sector_member = states_without_sector_member.states_without_sector_member
    whom_to_see = whom_to_see.whom_to_see

    def statement(self, key: OrganizationKey, *, on: date | str | None = None) -> Report:
        """The statement of an account as the ledger has it: a table, a spreadsheet or CSV, with what is unverified.

        `book.dues.statement` is the value, and `statement_page` the page for the member.

        Args:
            key: which account.
            on: the day as of which it is; today where none is given.

        Raises:
            NotFound: there is no such account.
        """
        as_of, day = self.store.now(), self.day(on)
        with self.store.reading() as session:
            return statement_report(statement_of(session, find_organization(session, key), day), as_of=as_of)

    def statement_page(
        self,
        key: OrganizationKey,
        *,
        since: date | str | None = None,
        on: date | str | None = None,
        language: str = "en",
    ) -> StatementPage:
        """The statement of an account as a page to print and send to the member, in one of the six languages.

        Args:
            key: which account.
            since: the first day of the period; what was before it is the opening balance. The first of January of the year
                of the other day where none is given.
            on: the last day of the period, as of which it is; today where none is given.
            language: "ar", "zh", "en", "fr", "ru" or "es".

        Raises:
            NotFound: there is no such account.
            InvalidInput: the period ends before it begins, or it is none of the languages.
        """
        day = self.day(on)
        first = self.day(since, field="since") if since else date(day.year, 1, 1)
        tongue = known_language(language).value
        if first > day:
            raise InvalidInput(f"The period would end before {first}.", field="since", value=first)
        with self.store.reading() as session:
            account = find_organization(session, key)
            return StatementPage(statement_of(session, account, day, language=tongue), first)

    def dues_ledger(self, *, since: date | str | None = None, until: date | str | None = None) -> Report:
        """The ledger of dues for the finance system, a row a line of an invoice or a payment; mostly as CSV.

        Args:
            since: only what was issued or received from this day on.
            until: only what was issued or received to this day.
        """
        return dues_ledger(self, since=since, until=until)

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
