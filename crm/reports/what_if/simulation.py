"""The answer to a what-if: its results, and a report for each table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from crm.errors import NotFound
from crm.frames import dataframe
from crm.membership.what_if.results import Band, Results
from crm.reports.report import Report
from crm.reports.what_if.at_risk import at_risk
from crm.reports.what_if.costs import costs
from crm.reports.what_if.frame import Frame
from crm.reports.what_if.moves import moves
from crm.reports.what_if.payers import payers
from crm.reports.what_if.revenue import DIMENSIONS, revenue
from crm.reports.what_if.spread import spread
from crm.reports.what_if.summary import summary
from crm.reports.what_if.tornado import assumptions, tornado
from crm.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

TABLES: Mapping[str, Callable[[Frame], Report]] = {
    "summary": summary,
    **{f"revenue-by-{by}": partial(revenue, by=by) for by in DIMENSIONS},
    "payers": payers,
    "moves": moves,
    "costs": costs,
    "at-risk": at_risk,
    "tornado": tornado,
    "spread": spread,
    "assumptions": assumptions,
}
"""Every table by its name."""


class Simulation(Shown):
    """What a what-if found. It shows its summary; `table("at-risk")` and the others are reports of their own.

    Args:
        results: what was found, as plain values.
        as_of: the instant at which the book was read; aware.
    """

    def __init__(self, results: Results, *, as_of: datetime) -> None:
        self.results = results
        self.as_of = as_of

    @property
    def without(self) -> Band:
        """A year's revenue without the changes, in Swiss francs."""
        return self.results.groups[0].without

    @property
    def with_changes(self) -> Band:
        """A year's revenue with the changes."""
        return self.results.groups[0].with_changes

    @property
    def net(self) -> Band:
        """What the changes bring in a year: the difference of the two in each draw."""
        return self.results.groups[0].net

    def table(self, name: str = "summary") -> Report:
        """One of the tables, as a report: with CSV, XLSX, JSON, a page and, where it helps, a chart.

        Args:
            name: "summary", "revenue-by-category", "revenue-by-sector", "revenue-by-region", "revenue-by-development",
                "payers", "moves", "costs", "at-risk", "tornado", "spread" or "assumptions".

        Raises:
            NotFound: there is no such table; the candidates are those there are.
        """
        if name not in TABLES:
            raise NotFound(f"There is no table {name!r}.", field="table", value=name, candidates=list(TABLES))
        return TABLES[name](Frame(self.results, self.as_of))

    def tables(self) -> tuple[Report, ...]:
        """All tables."""
        return tuple(map(self.table, TABLES))

    def to_dataframe(self) -> pd.DataFrame:
        """The memberships as a DataFrame of pandas: fees before and after, and how likely each ends.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        return dataframe(self.results.members)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def __str__(self) -> str:
        return str(self.table())

    def __repr__(self) -> str:
        return f"<Simulation of {'; '.join(self.results.changes)}: net {self.net}>"
