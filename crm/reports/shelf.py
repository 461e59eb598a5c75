"""`book.reports`: every report by name."""

from datetime import date

from crm.reports.prospects_by_state import prospects_by_state
from crm.reports.report import Report
from crm.store.store import Store


class Reports:
    """The reports of the book."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
            The report: print it, show it in a notebook, or call `to_csv`, `to_json`, `to_html`, `to_xlsx` or
            `to_dataframe`.

        Raises:
            NotFound: there is no such region or segment.
        """
        return prospects_by_state(
            self._store, region=region, segment=segment, on=on, language=language, rows=rows
        )
