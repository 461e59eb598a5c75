from datetime import date

from crm.reports.prospects_by_state import prospects_by_state
from crm.reports.report import Report


def test_a_report_of_the_book_is_the_report_with_all_its_filters(book):
    given = {"region": "africa", "segment": "cloud", "on": date(2026, 1, 1), "language": "fr"}
    report = book.reports.prospects_by_state(**given)
    assert isinstance(report, Report)
    assert report == prospects_by_state(book._store, **given)
    assert report != book.reports.prospects_by_state()
