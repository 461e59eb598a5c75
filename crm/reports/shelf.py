"""`book.reports`: every report by name."""

from datetime import date

from crm.directory.staff import Staff
from crm.reference.offices import Office
from crm.reference.opportunity_stages import OpportunityKind
from crm.reports.asks import Narrowed
from crm.reports.forecast import Period, forecast
from crm.reports.pipeline import pipeline
from crm.reports.prospects_by_state import prospects_by_state
from crm.reports.report import Report
from crm.store.store import Store


class Reports:
    """The reports of the book."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def forecast(
        self,
        *,
        by: Period | str = Period.QUARTER,
        committed: int = 75,
        owner: Staff | str | int | None = None,
        office: Office | str | None = None,
        region: str | None = None,
        kind: OpportunityKind | str | None = None,
        rows: bool = True,
    ) -> Report:
        """What is asked for by the quarter in which an answer is expected, and what has been won this year.

        Args:
            by: "quarter" or "year".
            committed: from which probability on, in per cent, an ask counts as committed.
            owner: only the asks of this colleague.
            office: only those of this office.
            region: only those to accounts based in this development region.
            kind: only those of this kind.
            rows: whether the asks themselves are read with their number, for `report.rows_behind`.

        Raises:
            NotFound: there is no such colleague, office or region.
            InvalidInput: there is no such period or kind, or the probability is no per cent.
        """
        narrowed = Narrowed(owner=owner, office=office, region=region, kind=kind)
        return forecast(self._store, narrowed=narrowed, by=by, committed=committed, rows=rows)

    def pipeline(
        self,
        *,
        owner: Staff | str | int | None = None,
        office: Office | str | None = None,
        region: str | None = None,
        kind: OpportunityKind | str | None = None,
        rows: bool = True,
    ) -> Report:
        """The open asks by kind and stage: how many, what they amount to, how long they have stood there, what is overdue.

        Args:
            owner: only the asks of this colleague.
            office: only those of this office.
            region: only those to accounts based in this development region.
            kind: only those of this kind.
            rows: whether the asks themselves are read with their number, for `report.rows_behind`.

        Raises:
            NotFound: there is no such colleague, office or region.
            InvalidInput: there is no such kind.
        """
        narrowed = Narrowed(owner=owner, office=office, region=region, kind=kind)
        return pipeline(self._store, narrowed=narrowed, rows=rows)

    def prospects_by_state(
        self,
        *,
        region: str | None = None,
        segment: str | None = None,
        on: date | None = None,
        language: str = "en",
        rows: bool = True,
    ) -> Report:
        """Prospects by Member State: all 194, zeros included, and one row for the unassigned.

        Args:
            region: only this development region, by slug or name.
            segment: only prospects of this segment.
            on: the day that is asked about; today where none is given.
            language: the language of the names of States and regions.
            rows: whether the prospects themselves are read with their number, for `report.rows_behind`.

        Returns:
            The report: print it, show it in a notebook, or call `to_csv`, `to_json`, `to_html`.

        Raises:
            NotFound: there is no such region or segment.
        """
        return prospects_by_state(
            self._store, region=region, segment=segment, on=on, language=language, rows=rows
        )
